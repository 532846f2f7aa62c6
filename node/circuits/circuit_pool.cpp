#include "node/circuits/circuit_pool.hpp"

#include <algorithm>

namespace catacomb::node {
namespace {

constexpr std::size_t kClean = 2;
constexpr auto kCleanFor = minutes(10);
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
        if (now - one.built < kCleanFor) return false;
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

CircuitPool::Promised CircuitPool::take(ExitWish wish, Time deadline) {
    auto promise = std::make_shared<routing::Promise<CircuitPtr>>(runtime_);
    drop_old();
    const auto fits = [&](const Clean& one) {
        const auto& end = one.circuit->endpoint().id;
        if (wish.exit) return end == *wish.exit;
        return std::find(wish.avoid.begin(), wish.avoid.end(), end) == wish.avoid.end();
    };
    auto ready = std::find_if(clean_.begin(), clean_.end(), fits);
    if (ready != clean_.end()) {
        auto circuit = ready->circuit;
        clean_.erase(ready);
        taken_.open();
        promise->set(std::move(circuit));
    } else {
        tasks_.spawn(build(std::move(wish), deadline, promise));
    }
    return promise;
}

Task<Result<CircuitPtr>> CircuitPool::build_to(ExitWish wish, Time deadline) {
    if (wish.exit) co_return co_await paths_.build_client_to(*wish.exit, deadline);
    co_return co_await paths_.build_client(std::move(wish.avoid), deadline);
}

Task<void> CircuitPool::build(ExitWish wish, Time deadline, Promised promise) {
    auto circuit = co_await build_to(std::move(wish), deadline);
    if (!promise->is_set()) {
        promise->set(std::move(circuit));
    } else if (circuit && clean_.size() < kClean && !runtime_.closing()) {
        clean_.push_back({std::move(*circuit), runtime_.now()});
    } else if (circuit) {
        (*circuit)->close();
    }
}

}  // namespace catacomb::node
