#include "node/circuits/exit_set.hpp"

#include <algorithm>

namespace catacomb::node {
namespace {

constexpr std::size_t kFailedKept = 4;
constexpr unsigned kMostStalls = 2;                 // in a row
constexpr std::size_t kRetiredKept = kExitsPerJob;  // the ones before them are twice as old as a use

}  // namespace

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
    building_ = source_(exits_to_avoid(), deadline);
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
    slot.stalls = kMostStalls - 1;  // until it has served
    co_return circuit;
}

ExitSet::Slot* ExitSet::slot_of(const CircuitPtr& circuit) {
    for (auto& slot : slots_) {
        if (slot.circuit == circuit) return &slot;
    }
    return nullptr;
}

void ExitSet::drop(const CircuitPtr& circuit) {
    auto* slot = slot_of(circuit);
    if (!slot) return;
    failed_.push_back(circuit->endpoint().id);
    if (failed_.size() > kFailedKept) failed_.pop_front();
    circuit->close();
    slot->circuit.reset();
}

void ExitSet::stalled(const CircuitPtr& circuit) {
    auto* slot = slot_of(circuit);
    if (slot && ++slot->stalls >= kMostStalls) drop(circuit);
}

void ExitSet::served(const CircuitPtr& circuit) {
    if (auto* slot = slot_of(circuit)) slot->stalls = 0;
}

}  // namespace catacomb::node
