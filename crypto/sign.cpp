#include "crypto/sign.hpp"

#include <sodium.h>

namespace catacomb::crypto {

SignKeyPair SignKeyPair::generate(Rng& rng) {
    Key256 seed;
    rng.fill(seed.expose_mutable());
    return from_seed(seed);
}

SignKeyPair SignKeyPair::from_seed(const Key256& seed) {
    SignKeyPair out;
    crypto_sign_seed_keypair(out.public_key.bytes.data(), out.secret.expose_mutable().data(),
                             seed.expose().data());
    return out;
}

Signature sign(const SignKeyPair& key, Label label, const NetworkId& network, ByteView message) {
    const auto digest = hash(label, network, message);
    Signature out;
    crypto_sign_detached(out.bytes.data(), nullptr, digest.bytes.data(), Digest::kSize,
                         key.secret.expose().data());
    return out;
}

bool verify(const VerifyKey& key, Label label, const NetworkId& network, ByteView message,
            const Signature& signature) {
    const auto digest = hash(label, network, message);
    return crypto_sign_verify_detached(signature.bytes.data(), digest.bytes.data(), Digest::kSize,
                                       key.bytes.data()) == 0;
}

}  // namespace catacomb::crypto
