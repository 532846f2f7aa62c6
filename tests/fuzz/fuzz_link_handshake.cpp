// A handshake that is changed anywhere never finishes at its reader; one that is not, does. Raw bytes are
// taken by both roles too.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "routing/link/handshake.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    crypto::initialise();
    crypto::SeededRng rng(1);
    const auto key = crypto::AgreeKeyPair::generate(rng);
    const auto make = [&](crypto::NoiseRole role) {
        return LinkHandshake(role, {}, key.clone(), Bytes(9, 7), rng);
    };
    auto initiator = make(crypto::NoiseRole::initiator), responder = make(crypto::NoiseRole::responder);
    const ByteView input(data + 1, size - 1);
    bool changed = false;
    const auto deliver = [&](int number, Bytes frame, LinkHandshake& to) {
        for (std::size_t i = 0; number == data[0] % 3 && i < input.size() && i < frame.size(); ++i) {
            changed |= input[i] != 0;
            frame[i] ^= input[i];
        }
        return to.consume(frame);
    };
    CHECK(!make(crypto::NoiseRole::responder).consume(input) || input.size() == kFrameSize);
    const auto second = deliver(0, initiator.start(), responder);
    if (!second) return 0;  // not a key
    const auto third = deliver(1, **second, initiator);
    if (third) CHECK(deliver(2, **third, responder).has_value() == responder.finished());
    CHECK(responder.finished() == !changed);
    return 0;
}
