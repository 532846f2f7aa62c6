// The keys one hop shares with the client of a circuit, and the handshake they come from: Noise NK to the
// relay's onion key (docs/spec/onion.md 2). Pure. The handshake is always ChaChaPoly; the circuit's own
// cipher is what the relay's descriptor says.
#pragma once

#include "crypto/noise.hpp"
#include "routing/identity.hpp"

namespace catacomb::routing {

struct HopKeys {
    crypto::CipherSuite suite;
    crypto::Key256 forward_seal;     // AEAD of cells to this hop
    crypto::Key256 forward_filler;   // stream of the slots this hop fills in
    crypto::Key256 backward_origin;  // AEAD of cells from this hop
    crypto::Key256 backward_layer;   // stream and MAC over cells from beyond this hop
    crypto::Key256 spare;

    static HopKeys derive(const crypto::NoiseSplit& split, crypto::CipherSuite suite);
};

struct HopSecrets {
    HopKeys keys;
    ByteArray<64> handshake_hash;  // the same on both ends, on no other circuit; REGISTER signs it
};

// Either message, bytes: an ephemeral key and the tag of an empty payload.
inline constexpr std::size_t kHopMessage = 48;

// The client's side.
class HopHandshake {
public:
    HopHandshake(const NetworkId& network, const NodeId& relay, const crypto::AgreePublic& onion_key,
                 crypto::CipherSuite suite, Rng& rng);

    // What the relay needs to answer: kHopMessage bytes, in CREATE or EXTEND. Code::malformed when the
    // relay's onion key is not one. Once.
    Result<Bytes> request();
    // Takes the relay's answer. Code::malformed or Code::corrupt: not from the holder of the onion key. Once.
    Result<HopSecrets> finish(ByteView answer);

private:
    crypto::CipherSuite suite_;
    crypto::NoiseHandshake noise_;
};

// The relay's side, in one step.
struct HopAnswer {
    Bytes message;  // kHopMessage bytes, in CREATED or EXTENDED
    HopSecrets secrets;
};
// Code::malformed or Code::corrupt: the request was not made for this relay and key.
Result<HopAnswer> answer_hop(const NetworkId& network, const NodeId& self,
                             const crypto::AgreeKeyPair& onion_key, crypto::CipherSuite suite,
                             ByteView request, Rng& rng);

}  // namespace catacomb::routing
