// X25519 (RFC 7748) key pairs and agreement, through libsodium.
#pragma once

#include "base/opaque.hpp"
#include "base/result.hpp"
#include "base/rng.hpp"
#include "crypto/secret.hpp"

namespace catacomb::crypto {

using AgreePublic = Opaque<struct AgreePublicTag, 32>;

struct AgreeKeyPair {
    AgreePublic public_key;
    Key256 secret;

    static AgreeKeyPair generate(Rng& rng);
    static AgreeKeyPair from_secret(Key256 secret);
    AgreeKeyPair clone() const { return {public_key, secret.clone()}; }
};

// Code::malformed when the result is all zero (a low-order public key).
Result<Key256> agree(const Key256& secret, const AgreePublic& peer);

}  // namespace catacomb::crypto
