// SimWorld: many nodes in one thread, on virtual time, over a network that misbehaves as told; one seed is
// one run. A test makes a world, starts a SimRuntime for each node, runs the same node code that runs over
// sockets, and lets time pass. Node objects refer to their runtime and go before the world does (close() lets
// their tasks end).
#pragma once

#include "tools/sim/network.hpp"
#include "tools/sim/runtime.hpp"

namespace catacomb::sim {

class SimWorld {
public:
    explicit SimWorld(std::uint64_t seed, Conditions conditions = {});
    ~SimWorld();
    SimWorld(const SimWorld&) = delete;

    // A node at `address` (its port does not count). Requires: no live node is there. The world keeps it to
    // its end.
    SimRuntime& start(std::string name, const Endpoint& address);
    // As kill -9: the node's streams are reset, its tasks unwind at the next step, its disk is the caller's
    // affair. What was sent before still arrives.
    void crash(SimRuntime& node);
    // Ends every node's waits and runs until the tasks have unwound and nothing is under way.
    void close();

    // True when `condition` held, looked at after each event; false when `limit` passed without.
    bool run_until(const std::function<bool()>& condition, Duration limit);
    void run_for(Duration length);

    Time now() const { return timeline_.now(); }
    // For what the test itself decides: a stream of its own, so that no node's draws shift.
    Rng& rng() { return *rng_; }
    std::uint64_t seed() const { return seed_; }
    Network& network() { return network_; }
    const Hosts& hosts() const { return hosts_; }
    std::uint64_t events() const { return timeline_.events(); }
    // Over (time, kind, from, to, size, content) of every delivery: equal for equal seeds, in every build.
    crypto::Digest trace_hash() const { return network_.trace_hash(); }

private:
    const std::uint64_t seed_;
    std::unique_ptr<Rng> root_, rng_;
    Timeline timeline_;
    Network network_;
    Hosts hosts_;
    std::vector<boost::intrusive_ptr<SimRuntime>> nodes_;
};

}  // namespace catacomb::sim
