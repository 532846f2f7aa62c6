// The encryption of one link (docs/spec/link.md 1). LinkHandshake is Noise XX in messages of exactly one
// frame each; LinkSession seals and opens frames with implicit counters and fresh keys every 2^24 frames.
// Pure: bytes in, bytes out. The owner closes the link at the first failure of either and says nothing to the
// peer.
#pragma once

#include "crypto/noise.hpp"
#include "crypto/sign.hpp"
#include "routing/link/frame.hpp"

namespace catacomb::routing {

inline constexpr std::uint8_t kLinkVersion = 2;
inline constexpr std::uint64_t kFramesPerKey = std::uint64_t{1} << 24;
// What a handshake can carry for each side, bytes.
inline constexpr std::size_t kLinkPayloadMax = 3072;

class LinkSession {
public:
    // Requires: frames_per_key > 0, the same on both sides.
    LinkSession(const crypto::NoiseSplit& split, crypto::CipherSuite suite, crypto::NoiseRole role,
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

class LinkHandshake {
public:
    // `local_payload` is shown to the peer, encrypted (a relay's descriptor; empty for a client); at most
    // kLinkPayloadMax bytes. The session uses AES-256-GCM when both ends prefer it. `rng` outlives the
    // handshake.
    LinkHandshake(crypto::NoiseRole role, const crypto::NetworkId& network, crypto::AgreeKeyPair local_static,
                  Bytes local_payload, Rng& rng, crypto::CipherSuite preferred = crypto::preferred_suite());

    // The initiator's first frame. Requires: the initiator, once.
    Bytes start();
    // Takes the peer's next frame (kFrameSize bytes) and returns ours, when there is one to send.
    // Code::malformed or Code::corrupt: not a peer of ours. The handshake is then spent.
    Result<std::optional<Bytes>> consume(ByteView frame);

    bool finished() const { return split_.has_value(); }
    // The rest requires: finished.
    const crypto::AgreePublic& remote_static() const;
    const Bytes& remote_payload() const;
    // The transcript's hash: the same on both ends and on no other link.
    const ByteArray<64>& handshake_hash() const;
    LinkSession session() const;

private:
    // The message that is next, whoever sends it.
    enum class Step { first, second, third, over };
    bool is_ours(Step step) const;
    Bytes write_payload(std::size_t room) const;
    Result<> read_payload(ByteView payload);
    Result<Bytes> write_frame(ByteView payload);

    crypto::NoiseRole role_;
    crypto::CipherSuite preferred_;
    crypto::CipherSuite suite_ = crypto::CipherSuite::chacha20_poly1305;  // the session's
    crypto::NoiseHandshake noise_;
    Bytes local_payload_;
    Bytes remote_payload_;
    Rng* rng_;
    Step step_ = Step::first;
    std::optional<crypto::NoiseSplit> split_;
};

}  // namespace catacomb::routing
