// The names of things on the network, and what a node shows for its own (docs/spec/membership.md 1). An id
// holds its founding proof of work, made once, so that each try at a place on the ring costs work; what is
// renewed stands beside it: a ticket of work for each epoch.
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

struct IdentityProofs {
    crypto::Pow founding, ticket;
    std::uint32_t epoch = 0;  // of the ticket

    bool operator==(const IdentityProofs&) const = default;
};

inline NodeId node_id(const crypto::VerifyKey& key, const crypto::Pow& founding) {
    return NodeId{crypto::hash(crypto::label::kNodeId, key, founding).bytes};
}
inline VaultId vault_id(const crypto::VerifyKey& key, const crypto::Pow& founding) {
    return VaultId{crypto::hash(crypto::label::kVaultId, key, founding).bytes};
}

// What the two proofs are work on.
inline crypto::Digest founding_subject(const crypto::VerifyKey& key) {
    return crypto::hash(crypto::label::kFounding, key);
}
inline crypto::Digest ticket_subject(const RingId& id, std::uint32_t epoch) {
    return crypto::hash(crypto::label::kTicket, id, epoch);
}

}  // namespace catacomb::routing
