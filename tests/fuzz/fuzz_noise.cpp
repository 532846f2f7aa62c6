// Noise messages from nowhere: both patterns, both roles, at every step, take any bytes without harm; only a
// message of the other end's making is ever believed once a key is shared.
#include "base/check.hpp"
#include "crypto/noise.hpp"
#include "crypto/random.hpp"

using namespace catacomb;
using namespace catacomb::crypto;

namespace {

struct Pair {
    NoiseHandshake initiator, responder;
    NoiseHandshake& turn(unsigned message) { return message % 2 ? responder : initiator; }
    NoiseHandshake& other(unsigned message) { return message % 2 ? initiator : responder; }
};

Pair make(NoisePattern pattern, CipherSuite suite, Rng& rng) {
    const auto key = AgreeKeyPair::generate(rng);
    const auto config = [&](NoiseRole role) {
        NoiseConfig out{pattern, suite, role, Bytes(5, 1), {}, {}, {}};
        const bool knows = pattern == NoisePattern::nk && role == NoiseRole::initiator;
        if (knows) out.remote_static = key.public_key;
        if (!knows) out.local_static = key.clone();
        return out;
    };
    return {NoiseHandshake(config(NoiseRole::initiator), rng),
            NoiseHandshake(config(NoiseRole::responder), rng)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    initialise();
    SeededRng rng(1);
    const auto pattern = data[0] & 1 ? NoisePattern::nk : NoisePattern::xx;
    const auto suite = data[0] & 2 ? CipherSuite::aes_256_gcm : CipherSuite::chacha20_poly1305;
    const unsigned forged = data[0] / 4 % 3;
    const bool from_nowhere = data[0] & 0x80;
    const ByteView input(data + 1, size - 1);
    auto pair = make(pattern, suite, rng);
    for (unsigned i = 0; !pair.initiator.finished() || !pair.responder.finished(); ++i) {
        auto message = pair.turn(i).write_message(Bytes(3, 9));
        if (!message) return 0;  // the other end's key is none
        const auto honest = *message;
        if (i == forged && from_nowhere) message = to_bytes(input);
        for (std::size_t at = 0; i == forged && at < input.size() && at < message->size(); ++at)
            (*message)[at] ^= from_nowhere ? 0 : input[at];
        const auto taken = pair.other(i).read_message(*message);
        // The first message of XX is sealed under nothing yet.
        CHECK(*message == honest || !taken || (pattern == NoisePattern::xx && i == 0));
        CHECK(*message != honest || taken || i > forged);
        if (!taken) return 0;
    }
    CHECK(pair.initiator.split().handshake_hash == pair.responder.split().handshake_hash);
    return 0;
}
