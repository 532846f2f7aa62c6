// Ed25519 signatures through libsodium. What is signed is always H-tagged: the signature is over
// (label text, network id, exact message bytes), so a signature of one kind never verifies as another.
#pragma once

#include "base/opaque.hpp"
#include "base/rng.hpp"
#include "crypto/hash.hpp"

namespace catacomb::crypto {

using VerifyKey = Opaque<struct VerifyKeyTag, 32>;
using Signature = Opaque<struct SignatureTag, 64>;
using NetworkId = Opaque<struct NetworkIdTag, 32>;

struct SignKeyPair {
    VerifyKey public_key;
    Secret<64> secret;  // libsodium's form: seed, then public key

    static SignKeyPair generate(Rng& rng);
    static SignKeyPair from_seed(const Key256& seed);
    SignKeyPair clone() const { return {public_key, secret.clone()}; }
};

// Signs H(label, network, message): 32 bytes, whatever the message's length.
Signature sign(const SignKeyPair& key, Label label, const NetworkId& network, ByteView message);
[[nodiscard]] bool verify(const VerifyKey& key, Label label, const NetworkId& network, ByteView message,
                          const Signature& signature);

}  // namespace catacomb::crypto
