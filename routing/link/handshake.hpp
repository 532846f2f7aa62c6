// LinkHandshake: how the two ends of a link come to know each other and to have keys (docs/spec/link.md 1):
// Noise XX in messages of exactly one frame each. Pure: bytes in, bytes out. The owner closes the link at the
// first failure and says nothing to the peer.
#pragma once

#include "crypto/noise.hpp"
#include "crypto/sign.hpp"
#include "routing/link/frame_cipher.hpp"

namespace catacomb::routing {

inline constexpr std::uint8_t kLinkVersion = 4;
// What a handshake can carry for each side, bytes.
inline constexpr std::size_t kLinkPayloadMax = 3072;

class LinkHandshake {
public:
    // `local_payload` is shown to the peer, encrypted (a relay's descriptor; empty for a client); at most
    // kLinkPayloadMax bytes. Frames are under AES-256-GCM when both ends prefer it. `rng` outlives the
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
    FrameCipher frame_cipher() const;

private:
    // The message that is next, whoever sends it.
    enum class Step { first, second, third, over };
    bool is_ours(Step step) const;
    Bytes write_payload(std::size_t room) const;
    Result<> read_payload(ByteView payload);
    Result<Bytes> write_frame(ByteView payload);

    crypto::NoiseRole role_;
    crypto::CipherSuite preferred_;
    crypto::CipherSuite suite_ = crypto::CipherSuite::chacha20_poly1305;  // of the frames
    crypto::NoiseHandshake noise_;
    Bytes local_payload_;
    Bytes remote_payload_;
    Rng* rng_;
    Step step_ = Step::first;
    std::optional<crypto::NoiseSplit> split_;
};

}  // namespace catacomb::routing
