#include "tools/sim/attackers/hostile_vault.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/registration.hpp"

namespace catacomb::sim {

using node::Kind;
using routing::CircuitStreamPtr;
using routing::Task;

VaultKey make_vault_key(Cluster& cluster) {
    auto& world = cluster.world();
    auto pair = crypto::SignKeyPair::generate(world.rng());
    auto proofs = routing::make_proofs(routing::IdentityKind::vault, pair.public_key, cluster.network(),
                                       world.now(), world.rng());
    const node::VaultIdentity identity{pair.public_key, proofs.value()};
    return {std::move(pair), identity};
}

VaultKey make_vault_key_on_arc(Cluster& cluster, const routing::NodeId& relay) {
    for (;;) {
        auto key = make_vault_key(cluster);
        const auto following = cluster.core(0).view().successors_of(
            key.identity.id(), node::limits::kOfferingRelays, cluster.world().now());
        if (std::any_of(following.begin(), following.end(),
                        [&](const auto& one) { return one->id == relay; }))
            return key;
    }
}

HostileVault::HostileVault(Cluster& cluster, std::size_t of, const VaultKey& key)
    : cluster_(cluster),
      node_(cluster.core(of)),
      runtime_(node_.circuits().runtime()),
      key_(key),
      tasks_(runtime_) {}

HostileVault::~HostileVault() {
    for (auto& circuit : circuits_) circuit->close();
    cluster_.world().run_until([this] { return tasks_.count() == 0; }, minutes(1));
}

void HostileVault::register_at(const routing::DescriptorPtr& relay) { tasks_.spawn(stay_registered(relay)); }

Task<void> HostileVault::stay_registered(routing::DescriptorPtr relay) {
    const auto deadline = runtime_.now() + minutes(1);
    auto circuit = co_await node_.paths().build_vault(relay, deadline);
    if (!circuit) co_return;
    circuits_.push_back(*circuit);
    (*circuit)->on_stream([this](CircuitStreamPtr stream) { unanswered_.push_back(std::move(stream)); });
    auto stream = (*circuit)->open_stream().value();
    const node::Registration registration{key_.identity, 4, routing::Inventory().digest(), 0};
    const node::RegistrationPlace place{relay->id, (*circuit)->endpoint_hash()};
    const auto request = node::sign_registration(registration, place, key_.pair, cluster_.network());
    auto message = node::encode(Kind::vault_register, request);
    co_await stream->send(std::move(message));
    auto answer = co_await stream->receive(deadline);
    if (!answer) co_return;
    streams_.push_back(stream);
    co_await (*circuit)->ended().wait(kNever);
}

void HostileVault::claim(std::vector<routing::PositionPrefix> prefixes) {
    for (const auto& stream : streams_) tasks_.spawn(tell(stream, prefixes));
}

Task<void> HostileVault::tell(CircuitStreamPtr stream, std::vector<routing::PositionPrefix> prefixes) {
    for (std::size_t at = 0; at < prefixes.size(); at += node::limits::kPrefixesPerMessage) {
        const auto end = std::min(prefixes.size(), at + node::limits::kPrefixesPerMessage);
        wire::Inventory inventory;
        for (auto i = at; i < end; ++i) {
            ByteArray<8> bytes;
            store_le(bytes, prefixes[i]);
            *inventory.mutable_added() += as_text(bytes);
        }
        auto message = node::encode(Kind::answer, inventory);
        auto sent = co_await stream->send(std::move(message));
        if (!sent) co_return;
    }
}

}  // namespace catacomb::sim
