// FrameCipher: seals and opens the frames of one link once its handshake is over (docs/spec/link.md 1), with
// implicit counters and fresh keys every 2^24 frames. Pure: bytes in, bytes out. The owner closes the link at
// the first frame that does not open.
#pragma once

#include "crypto/noise.hpp"
#include "routing/link/frame.hpp"

namespace catacomb::routing {

inline constexpr std::uint64_t kFramesPerKey = std::uint64_t{1} << 24;

class FrameCipher {
public:
    // Requires: frames_per_key > 0, the same on both sides.
    FrameCipher(const crypto::NoiseSplit& split, crypto::CipherSuite suite, crypto::NoiseRole role,
                std::uint64_t frames_per_key = kFramesPerKey);

    // Seals in place: the text is all but the last 16 bytes of `frame`, which take the tag. Frames are
    // kFrameSize bytes on a link; benches try others.
    void seal(MutableBytes frame);
    // Opens in place. False when the frame was changed, repeated or is out of its turn: the text then is
    // zeroed.
    [[nodiscard]] bool open(MutableBytes frame);
    crypto::CipherSuite suite() const { return sending_.cipher.suite(); }

private:
    // One direction. Counters go on across a change of keys, so no (key, counter) repeats.
    template <class Cipher>
    struct Direction {
        crypto::Key256 key;
        Cipher cipher;
        std::uint64_t counter = 0;

        Direction(const crypto::Key256& from, crypto::CipherSuite suite)
            : key(from.clone()), cipher(suite, from) {}
        void advance(std::uint64_t frames_per_key);
    };
    Direction<crypto::Sealer> sending_;
    Direction<crypto::Opener> receiving_;
    std::uint64_t frames_per_key_;
};

}  // namespace catacomb::routing
