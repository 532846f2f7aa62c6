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
constexpr std::size_t kRetiredKept = kExitsPerJob;  // the ones before them are twice as old as a use

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

void ExitSet::close() {
    closed_ = true;
    for (auto& slot : slots_) {
        if (slot.circuit) slot.circuit->close();
    }
    if (building_) building_->set(error(Code::closed));
    for (auto& circuit : retired_) circuit->close();
    retired_.clear();
    changed_.open();
}

bool ExitSet::Slot::is_usable(Time now) const {
    return circuit && !circuit->is_closed() && now - built < kUseLimit;
}

std::vector<routing::NodeId> ExitSet::exits_to_avoid() const {
    std::vector<routing::NodeId> out(failed_.begin(), failed_.end());
    for (const auto& slot : slots_) {
        if (slot.circuit && !slot.circuit->is_closed()) out.push_back(slot.circuit->endpoint().id);
    }
    return out;
}

Task<Result<CircuitPtr>> ExitSet::get(std::size_t index, Time deadline) {
    auto& slot = slots_[index];
    while (!slot.is_usable(runtime_.now()) && building_ && !closed_) {
        const auto wake = co_await changed_.wait(deadline);
        if (wake != routing::Wake::opened)
            co_return error(Code::timed_out, "no circuit could be built in time");
    }
    if (closed_) co_return error(Code::closed, "the job is over");
    if (slot.is_usable(runtime_.now())) co_return slot.circuit;
    // Too old for a new request, but there may be one under way.
    if (slot.circuit && !slot.circuit->is_closed()) retired_.push_back(std::move(slot.circuit));
    while (retired_.size() > kRetiredKept) {
        retired_.front()->close();
        retired_.pop_front();
    }
    building_ = pool_.take(exits_to_avoid(), deadline);
    auto circuit = co_await building_->wait(deadline);
    // Nobody takes it any more: the pool keeps what comes now.
    if (!circuit) building_->set(circuit.error());
    building_.reset();
    changed_.open();
    if (!circuit) co_return circuit.error();
    if (closed_) {
        (*circuit)->close();
        co_return error(Code::closed, "the job is over");
    }
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
