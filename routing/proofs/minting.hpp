// Making what an identity shows: the founding proof once, a ticket for each epoch. Blocking, and long at real
// prices.
#pragma once

#include "routing/proofs/claims.hpp"

namespace catacomb::routing {

enum class IdentityKind { relay, vault };

inline RingId id_of(IdentityKind kind, const crypto::VerifyKey& key, const crypto::Pow& founding) {
    return kind == IdentityKind::relay ? node_id(key, founding) : vault_id(key, founding);
}

// A founding proof, and the ticket of the current epoch of the id that comes of it.
Result<IdentityProofs> make_proofs(IdentityKind kind, const crypto::VerifyKey& key,
                                   const NetworkParameters& network, Time now, Rng& rng);
// The ticket of the id's current epoch, in place of the one in `proofs`.
Result<> renew_ticket(IdentityProofs& proofs, const RingId& id, const NetworkParameters& network, Time now,
                      Rng& rng);

}  // namespace catacomb::routing
