// HostileExits: relays of a simulated network that answer every stream of every circuit that ends at them as
// a test says, not as an exit does.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tools/sim/cluster.hpp"

namespace catacomb::sim {

class HostileExits {
public:
    using Talk = std::function<routing::Task<void>(routing::CircuitStreamPtr)>;

    // The first `count` relays of the cluster, which outlives this, but not their lives after a restart.
    void replace(Cluster& cluster, std::size_t count, const Talk& talk) {
        for (std::size_t i = 0; i < count; ++i) {
            auto& circuits = cluster.core(i).circuits();
            tasks_.push_back(std::make_unique<routing::TaskSet>(circuits.runtime()));
            circuits.on_endpoint_stream(
                [talk, set = tasks_.back().get()](auto, routing::CircuitStreamPtr stream) {
                    set->spawn(talk(std::move(stream)));
                });
        }
    }

private:
    std::vector<std::unique_ptr<routing::TaskSet>> tasks_;
};

}  // namespace catacomb::sim
