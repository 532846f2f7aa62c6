#include "tools/sim/vault_key.hpp"

#include <algorithm>

#include "node/protocol/limits.hpp"
#include "node/protocol/registration.hpp"

namespace catacomb::sim {

VaultKey make_vault_key(Cluster& cluster) {
    auto& world = cluster.world();
    auto pair = crypto::SignKeyPair::generate(world.rng());
    auto proofs = routing::make_proofs(routing::IdentityKind::vault, pair.public_key, cluster.network(),
                                       world.now(), world.rng());
    const node::VaultIdentity identity{pair.public_key, proofs.value()};
    return {std::move(pair), identity};
}

VaultKey make_vault_key_on_arc(Cluster& cluster, const routing::NodeId& relay) {
    return make_vault_key_where(cluster, [&](const routing::VaultId& vault) {
        const auto following =
            cluster.core(0).view().successors_of(vault, node::limits::kOfferingRelays, cluster.world().now());
        return std::any_of(following.begin(), following.end(),
                           [&](const auto& one) { return one->id == relay; });
    });
}

Bytes registration_message(const Cluster& cluster, const VaultKey& key,
                           const routing::OriginCircuit& circuit) {
    const node::Registration registration{key.identity, 4, routing::Inventory().digest(), 0};
    const node::RegistrationPlace place{circuit.endpoint().id, circuit.endpoint_hash()};
    const auto request = node::sign_registration(registration, place, key.pair, cluster.network());
    return node::encode(node::Kind::vault_register, request);
}

}  // namespace catacomb::sim
