#include "node/circuits/exit_set.hpp"

#include <algorithm>
#include <utility>

namespace catacomb::node {
namespace {

constexpr unsigned kTries = 3;  // the exit that there was, twice, and another

}  // namespace

void ExitSet::close() {
    closed_ = true;
    for (auto& circuit : circuits_) {
        if (circuit) circuit->close();
    }
    if (building_) building_->set(error(Code::closed));
    changed_.open();
}

std::optional<std::size_t> ExitSet::slot_of(const CircuitPtr& circuit) const {
    const auto found = std::find(circuits_.begin(), circuits_.end(), circuit);
    if (found == circuits_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - circuits_.begin());
}

void ExitSet::tell(std::size_t slot, bool served) {
    if (!closed_ && !std::exchange(told_[slot], true)) pool_.used(circuits_[slot], served);
}

void ExitSet::end(std::size_t slot) {
    circuits_[slot]->close();
    circuits_[slot].reset();
}

// A circuit that ended counts once, however many requests it ended.
void ExitSet::settle(std::size_t slot) {
    if (!circuits_[slot] || !circuits_[slot]->is_closed()) return;
    tell(slot, false);
    circuits_[slot].reset();
    exits_.broke(slot);
}

Task<Result<CircuitPtr>> ExitSet::get(std::size_t slot, Time deadline) {
    while (!is_usable(slot) && building_ && !closed_) {
        const auto wake = co_await changed_.wait(deadline);
        if (wake != routing::Wake::opened)
            co_return error(Code::timed_out, "no circuit could be built in time");
    }
    if (closed_) co_return error(Code::closed, "the job is over");
    if (is_usable(slot)) co_return circuits_[slot];
    settle(slot);
    auto built = co_await build(slot, deadline);
    for (unsigned tries = 1; tries < kTries && !built && built.error().is(Code::unreachable); ++tries)
        built = co_await build(slot, deadline);
    co_return built;
}

// Code::unreachable: the exit that was wished for cannot be reached, and the wish is another now.
Task<Result<CircuitPtr>> ExitSet::build(std::size_t slot, Time deadline) {
    const auto wish = exits_.wish(slot);
    building_ = pool_.take(wish, deadline);
    auto circuit = co_await building_->wait(deadline);
    // Nobody takes it any more: the pool keeps what comes now.
    if (!circuit) building_->set(circuit.error());
    building_.reset();
    changed_.open();
    if (closed_) {
        if (circuit) (*circuit)->close();
        co_return error(Code::closed, "the job is over");
    }
    if (circuit) {
        circuits_[slot] = *circuit;
        told_[slot] = false;
        exits_.ends_at(slot, (*circuit)->endpoint().id);
        co_return circuit;
    }
    const bool at_exit = circuit.error().is(Code::unreachable) || circuit.error().is(Code::too_few_relays);
    if (!wish.exit || !at_exit) co_return circuit.error();
    exits_.not_reached(slot, *wish.exit);
    co_return error(Code::unreachable, circuit.error().text());
}

void ExitSet::served(const CircuitPtr& circuit) {
    const auto slot = slot_of(circuit);
    if (!slot) return;
    tell(*slot, true);
    exits_.served(*slot);
}

void ExitSet::failed(const CircuitPtr& circuit, const Error& why) {
    if (why.is(Code::busy)) return;
    if (why.is(Code::timed_out) && !circuit->is_closed()) return stalled(circuit);
    const auto slot = slot_of(circuit);
    if (!slot) return;
    if (circuit->is_closed()) return settle(*slot);
    exits_.leave(*slot);
    end(*slot);
}

void ExitSet::stalled(const CircuitPtr& circuit) {
    const auto slot = slot_of(circuit);
    if (!slot || !exits_.stalled(*slot)) return;
    tell(*slot, false);
    end(*slot);
}

}  // namespace catacomb::node
