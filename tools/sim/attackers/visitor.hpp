// Visitor: a stranger that comes with many links, and comes again. Siege: a network with visitors, whose
// victim is the first relay.
#pragma once

#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/stranger.hpp"

namespace catacomb::sim {

class Visitor {
public:
    Visitor(Cluster& cluster, const Endpoint& at);

    // Tries to have so many more links to that address.
    void visit(Endpoint host, std::size_t links);
    // Every visit has come to something.
    bool settled() const { return stranger_.tasks.count() == 0; }
    // Closes its links, to come back.
    void leave() { links().close_all(); }
    // For good: its tasks end at the next turn.
    void end() { stranger_.leave(); }

    routing::Links& links() { return stranger_.links; }
    // Links that were opened, over all its life.
    std::size_t let_in() const { return let_in_; }

private:
    routing::Task<void> visit_once(Endpoint host);

    Stranger stranger_;
    std::size_t let_in_ = 0;
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
