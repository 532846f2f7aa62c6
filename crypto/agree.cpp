#include "crypto/agree.hpp"

#include <sodium.h>

namespace catacomb::crypto {

AgreeKeyPair AgreeKeyPair::generate(Rng& rng) {
    Key256 secret;
    rng.fill(secret.expose_mutable());
    return from_secret(std::move(secret));
}

AgreeKeyPair AgreeKeyPair::from_secret(Key256 secret) {
    AgreePublic public_key;
    crypto_scalarmult_base(public_key.bytes.data(), secret.expose().data());
    return {public_key, std::move(secret)};
}

Result<Key256> agree(const Key256& secret, const AgreePublic& peer) {
    Key256 shared;
    const int failed =
        crypto_scalarmult(shared.expose_mutable().data(), secret.expose().data(), peer.bytes.data());
    if (failed != 0) return error(Code::malformed, "the public key is of low order");
    return shared;
}

}  // namespace catacomb::crypto
