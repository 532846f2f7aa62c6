// Noise Protocol Framework revision 34, patterns XX and NK, DH 25519, hash BLAKE2b, ciphers ChaChaPoly and
// AESGCM. A handshake is a value: write_message gives the bytes of our turn, read_message takes the peer's. A
// failed read_message spends the handshake. No I/O.
#pragma once

#include <memory>

#include "crypto/aead.hpp"
#include "crypto/agree.hpp"

namespace catacomb::crypto {

enum class NoisePattern { xx, nk };
enum class NoiseRole { initiator, responder };

struct NoiseConfig {
    NoisePattern pattern = NoisePattern::xx;
    CipherSuite suite = CipherSuite::chacha20_poly1305;
    NoiseRole role = NoiseRole::initiator;
    Bytes prologue;
    std::optional<AgreeKeyPair> local_static;         // XX: both; NK: the responder
    std::optional<AgreePublic> remote_static;         // NK: the initiator knows it
    std::optional<AgreeKeyPair> ephemeral_for_tests;  // published vectors fix the ephemerals
};

// What both sides share after the last message: keys by direction, and the transcript's hash (channel
// binding).
struct NoiseSplit {
    Key256 initiator_to_responder;
    Key256 responder_to_initiator;
    ByteArray<64> handshake_hash{};
};

class NoiseHandshake {
public:
    NoiseHandshake(NoiseConfig config, Rng& rng);
    ~NoiseHandshake();
    NoiseHandshake(NoiseHandshake&&) noexcept;
    NoiseHandshake& operator=(NoiseHandshake&&) noexcept;

    // Requires: our turn, not finished.
    Result<Bytes> write_message(ByteView payload);
    // Returns the payload. Code::malformed when too short or a key is of low order, Code::corrupt when a tag
    // fails.
    Result<Bytes> read_message(ByteView message);
    bool our_turn() const;
    bool finished() const;
    // Requires: finished; once.
    NoiseSplit split();
    // Known after the message that carries it.
    const std::optional<AgreePublic>& remote_static() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace catacomb::crypto
