// HostileVault: one vault identity that a client of a simulated network registers at a relay, with whatever
// claims it likes. What a rendezvous asks of it stays without an answer.
#pragma once

#include "tools/sim/vault_key.hpp"

namespace catacomb::sim {

class HostileVault {
public:
    // Through circuits of node `of`. Both outlive it.
    HostileVault(Cluster& cluster, std::size_t of, const VaultKey& key);
    ~HostileVault();

    void register_at(const routing::DescriptorPtr& relay);
    // At every relay where it is registered, once more where it did so before.
    void claim(std::vector<routing::PositionPrefix> prefixes);
    std::size_t registrations() const { return streams_.size(); }
    std::size_t asked() const { return unanswered_.size(); }

private:
    routing::Task<void> stay_registered(routing::DescriptorPtr relay);
    routing::Task<void> tell(routing::CircuitStreamPtr stream, std::vector<routing::PositionPrefix> prefixes);

    Cluster& cluster_;
    node::NodeCore& node_;
    routing::Runtime& runtime_;
    const VaultKey& key_;
    std::vector<node::CircuitPtr> circuits_;
    std::vector<routing::CircuitStreamPtr> streams_, unanswered_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::sim
