#include "node/client/circuit_pool.hpp"

#include <algorithm>

namespace catacomb::node {
namespace {

constexpr std::size_t kClean = 2;
constexpr auto kUseLimit = minutes(10);  // after that a circuit takes no new request
constexpr auto kBuildLimit = seconds(30);
constexpr auto kRetry = seconds(1);
constexpr auto kCheckPeriod = seconds(20);
constexpr std::size_t kFailedKept = 4;

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

Task<Result<CircuitPtr>> CircuitPool::take(std::vector<routing::NodeId> avoid_exits, Time deadline) {
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
        co_return circuit;
    }
    co_return co_await paths_.build_client(std::move(avoid_exits), deadline);
}

ExitSet::~ExitSet() {
    for (auto& slot : slots_) {
        if (slot.circuit) slot.circuit->close();
    }
}

std::vector<routing::NodeId> ExitSet::exits_in_use() const {
    std::vector<routing::NodeId> out(failed_.begin(), failed_.end());
    for (const auto& slot : slots_) {
        if (slot.circuit && !slot.circuit->is_closed()) out.push_back(slot.circuit->endpoint().id);
    }
    return out;
}

Task<Result<CircuitPtr>> ExitSet::get(std::size_t index, Time deadline) {
    auto& slot = slots_[index];
    while (slot.building) {
        const auto wake = co_await changed_.wait(deadline);
        if (wake != routing::Wake::opened)
            co_return error(Code::timed_out, "no circuit could be built in time");
    }
    const bool usable = slot.circuit && !slot.circuit->is_closed() && runtime_.now() - slot.built < kUseLimit;
    if (usable) co_return slot.circuit;
    slot.building = true;
    auto others = exits_in_use();
    auto circuit = co_await pool_.take(std::move(others), deadline);
    slot.building = false;
    changed_.open();
    if (!circuit) co_return circuit.error();
    slot.circuit = *circuit;
    slot.built = runtime_.now();
    co_return circuit;
}

void ExitSet::drop(const CircuitPtr& circuit) {
    for (auto& slot : slots_) {
        if (slot.circuit != circuit) continue;
        failed_.push_back(circuit->endpoint().id);
        if (failed_.size() > kFailedKept) failed_.pop_front();
        circuit->close();
        slot.circuit.reset();
    }
}

}  // namespace catacomb::node
