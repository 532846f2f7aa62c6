// The names of things on the network. What a NodeId and a VaultId are made of: docs/spec/README.md.
#pragma once

#include "base/opaque.hpp"
#include "crypto/agree.hpp"
#include "crypto/hash.hpp"
#include "crypto/pow.hpp"
#include "crypto/sign.hpp"

namespace catacomb::routing {

using crypto::NetworkId;
// 256 bits on the ring, clockwise, compared as big-endian numbers.
using RingId = Opaque<struct RingIdTag, 32>;
using NodeId = RingId;
using VaultId = RingId;

inline NodeId node_id(const crypto::VerifyKey& key, const crypto::Pow& pow) {
    return NodeId{crypto::hash(crypto::label::kNodeId, key, pow).bytes};
}
inline VaultId vault_id(const crypto::VerifyKey& key, const crypto::Pow& pow) {
    return VaultId{crypto::hash(crypto::label::kVaultId, key, pow).bytes};
}

}  // namespace catacomb::routing
