// Visitor: an attacker that is no node: links of its own, no descriptor, and nothing listens. Siege: a
// network with visitors, whose victim is the first relay.
#pragma once

#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {

class Visitor {
public:
    Visitor(Cluster& cluster, const Endpoint& at);

    // Tries to have so many more links to that address.
    void visit(Endpoint host, std::size_t links);
    // Every visit has come to something.
    bool settled() const { return tasks_.count() == 0; }
    // Closes its links, to come back.
    void leave() { links_.close_all(); }
    // For good: its tasks end at the next turn.
    void end();

    routing::Links& links() { return links_; }
    // Links that were opened, over all its life.
    std::size_t let_in() const { return let_in_; }

private:
    routing::LinksConfig config(Cluster& cluster);
    routing::Task<void> visit_once(Endpoint host);

    SimRuntime& runtime_;
    routing::ProofChecker proofs_;
    routing::Links links_;
    std::size_t let_in_ = 0;
    routing::TaskSet tasks_;
};

class Siege {
public:
    // `victim_links`: the most that the victim has.
    explicit Siege(const Trial& trial, std::size_t victim_links = routing::LinkLimits{}.links);
    ~Siege();

    Visitor& add_visitor(const Endpoint& at);
    // Each of the first so many visitors tries to have so many more links to the victim, and time passes
    // until all have been answered.
    void visit(std::size_t visitors, std::size_t links);

    SimWorld& world() { return world_; }
    Cluster& cluster() { return cluster_; }
    node::NodeCore& victim() { return cluster_.core(0); }
    std::vector<std::unique_ptr<Visitor>>& visitors() { return visitors_; }

private:
    SimWorld world_;
    Cluster cluster_;
    std::vector<std::unique_ptr<Visitor>> visitors_;
};

}  // namespace catacomb::sim
