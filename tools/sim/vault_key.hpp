// Keys of vaults that are no node's: for whoever plays a vault in a simulated network by himself, and how he
// says at a relay that he is there.
#pragma once

#include "node/protocol/vault_identity.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {

struct VaultKey {
    crypto::SignKeyPair pair;
    node::VaultIdentity identity;
};
VaultKey make_vault_key(Cluster& cluster);
// The first whose id is as wanted.
template <class Wanted>
VaultKey make_vault_key_where(Cluster& cluster, const Wanted& wanted) {
    for (;;) {
        auto key = make_vault_key(cluster);
        if (wanted(key.identity.id())) return key;
    }
}
// One that is served by that relay.
VaultKey make_vault_key_on_arc(Cluster& cluster, const routing::NodeId& relay);
// Of an empty vault, as the first message of a conversation with the circuit's last hop.
Bytes registration_message(const Cluster& cluster, const VaultKey& key,
                           const routing::OriginCircuit& circuit);

}  // namespace catacomb::sim
