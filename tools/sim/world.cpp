#include "tools/sim/world.hpp"

#include "crypto/random.hpp"

namespace catacomb::sim {
namespace {
// Nothing on the wire outlives its sender longer than a stream that stalls.
constexpr Duration kUnwinding = kStreamGivesUp * 2;
}  // namespace

SimWorld::SimWorld(std::uint64_t seed, Conditions conditions)
    : seed_(seed),
      root_(std::make_unique<crypto::SeededRng>(seed)),
      rng_(root_->split("test")),
      network_(timeline_, conditions, *root_) {}

SimWorld::~SimWorld() {
    close();
    timeline_.clear();  // while the runtimes that its events refer to are there
}

SimRuntime& SimWorld::start(std::string name, const Endpoint& address) {
    auto& here = hosts_[address.address];
    CHECK(!here || here->dead());
    auto rng = root_->split("node/" + name + "/" + std::to_string(nodes_.size()));
    nodes_.push_back(new SimRuntime(network_, hosts_, std::move(name), address.address, std::move(rng)));
    here = nodes_.back().get();
    network_.trace(TraceKind::start, address, {});
    return *here;
}

void SimWorld::crash(SimRuntime& node) {
    network_.trace(TraceKind::crash, {node.address(), 0}, {});
    node.kill();
}

void SimWorld::close() {
    for (const auto& node : nodes_) node->close();
    run_for(kUnwinding);
}

bool SimWorld::run_until(const std::function<bool()>& condition, Duration limit) {
    const auto end = now() + limit;
    timeline_.settle();
    while (!condition()) {
        if (!timeline_.step(end)) return condition();
    }
    return true;
}

void SimWorld::run_for(Duration length) {
    const auto end = now() + length;
    while (timeline_.step(end)) {
    }
}

}  // namespace catacomb::sim
