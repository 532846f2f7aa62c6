// Stranger: a peer of a simulated network that is no node of it: links of its own, no descriptor, and what
// tests and attackers make it do.
#pragma once

#include "crypto/random.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {

struct Stranger {
    Stranger(Cluster& cluster, const Endpoint& at, routing::LinkLimits limits = {},
             const std::string& name = "stranger")
        : runtime(cluster.world().start(name, at)),
          proofs(runtime),
          links(runtime, proofs, config(cluster, limits)),
          tasks(runtime) {}

    routing::LinksConfig config(Cluster& cluster, const routing::LinkLimits& limits) {
        auto rng = runtime.rng().split("link key");
        return {cluster.network(), crypto::AgreeKeyPair::generate(*rng), [] { return Bytes{}; }, limits};
    }
    // Stays, if it is let in.
    routing::Task<void> visit(Endpoint host) { co_await links.introduce(host, runtime.now() + seconds(10)); }
    routing::Task<void> dial(Endpoint victim) {
        auto met = co_await links.introduce(victim, runtime.now() + seconds(10));
        CHECK(met.has_value());
    }
    void leave() {
        runtime.close();
        links.close_all();
    }

    SimRuntime& runtime;
    routing::ProofChecker proofs;
    routing::Links links;
    routing::TaskSet tasks;
};

}  // namespace catacomb::sim
