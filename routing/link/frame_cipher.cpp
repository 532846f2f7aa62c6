#include "routing/link/frame_cipher.hpp"

#include "base/check.hpp"

namespace catacomb::routing {
namespace {

using crypto::NoiseRole;

const crypto::Key256& sending_key(const crypto::NoiseSplit& split, NoiseRole role) {
    return role == NoiseRole::initiator ? split.initiator_to_responder : split.responder_to_initiator;
}
const crypto::Key256& receiving_key(const crypto::NoiseSplit& split, NoiseRole role) {
    return role == NoiseRole::initiator ? split.responder_to_initiator : split.initiator_to_responder;
}

}  // namespace

FrameCipher::FrameCipher(const crypto::NoiseSplit& split, crypto::CipherSuite suite, NoiseRole role,
                         std::uint64_t frames_per_key)
    : sending_(sending_key(split, role), suite),
      receiving_(receiving_key(split, role), suite),
      frames_per_key_(frames_per_key) {
    CHECK(frames_per_key > 0);
}

template <class Cipher>
void FrameCipher::Direction<Cipher>::advance(std::uint64_t frames_per_key) {
    ++counter;
    if (counter % frames_per_key != 0) return;
    key = crypto::rekeyed(key);
    cipher = Cipher(cipher.suite(), key);
}

void FrameCipher::seal(MutableBytes frame) {
    const auto text = frame.first(frame.size() - crypto::kTagSize);
    sending_.cipher.seal(sending_.counter, {}, text, frame.last<crypto::kTagSize>());
    sending_.advance(frames_per_key_);
}

bool FrameCipher::open(MutableBytes frame) {
    const auto text = frame.first(frame.size() - crypto::kTagSize);
    if (!receiving_.cipher.open(receiving_.counter, {}, text, frame.last<crypto::kTagSize>())) return false;
    receiving_.advance(frames_per_key_);
    return true;
}

}  // namespace catacomb::routing
