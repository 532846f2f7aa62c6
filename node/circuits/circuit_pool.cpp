#include "node/circuits/circuit_pool.hpp"

#include <algorithm>

namespace catacomb::node {
namespace {

constexpr std::size_t kClean = 2;
constexpr auto kBuildLimit = seconds(30);
constexpr auto kRetry = seconds(1);
constexpr auto kCheckPeriod = seconds(20);

}  // namespace

CircuitPool::CircuitPool(Runtime& runtime, Paths& paths)
    : runtime_(runtime), paths_(paths), taken_(runtime), tasks_(runtime) {}

void CircuitPool::start() { tasks_.spawn(keep()); }

void CircuitPool::drop_old() {
    const auto now = runtime_.now();
    std::erase_if(clean_, [now](Clean& one) {
        if (one.circuit->is_closed()) return true;
        if (now - one.built < kUseLimit) return false;
        one.circuit->close();
        return true;
    });
}

Task<void> CircuitPool::keep() {
    while (!runtime_.closing()) {
        drop_old();
        Duration pause = kCheckPeriod;
        if (clean_.size() < kClean) {
            std::vector<routing::NodeId> others;
            for (const auto& one : clean_) others.push_back(one.circuit->endpoint().id);
            const auto deadline = runtime_.now() + kBuildLimit;
            auto circuit = co_await paths_.build_client(std::move(others), deadline);
            if (circuit) {
                clean_.push_back({std::move(*circuit), runtime_.now()});
                continue;
            }
            pause = kRetry;
        }
        if (co_await taken_.wait(runtime_.now() + pause) == routing::Wake::closed) break;
    }
    for (auto& one : clean_) one.circuit->close();
    clean_.clear();
}

CircuitPool::Promised CircuitPool::take(std::vector<routing::NodeId> avoid_exits, Time deadline) {
    auto promise = std::make_shared<routing::Promise<CircuitPtr>>(runtime_);
    drop_old();
    const auto fits = [&](const Clean& one) {
        return std::find(avoid_exits.begin(), avoid_exits.end(), one.circuit->endpoint().id) ==
               avoid_exits.end();
    };
    auto ready = std::find_if(clean_.begin(), clean_.end(), fits);
    if (ready != clean_.end()) {
        auto circuit = ready->circuit;
        clean_.erase(ready);
        taken_.open();
        promise->set(std::move(circuit));
    } else {
        tasks_.spawn(build(std::move(avoid_exits), deadline, promise));
    }
    return promise;
}

Task<void> CircuitPool::build(std::vector<routing::NodeId> avoid_exits, Time deadline, Promised promise) {
    auto circuit = co_await paths_.build_client(std::move(avoid_exits), deadline);
    if (!promise->is_set()) {
        promise->set(std::move(circuit));
    } else if (circuit && clean_.size() < kClean && !runtime_.closing()) {
        clean_.push_back({std::move(*circuit), runtime_.now()});
    } else if (circuit) {
        (*circuit)->close();
    }
}

}  // namespace catacomb::node
