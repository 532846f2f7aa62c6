#include "node/circuits/job_exits.hpp"

#include <algorithm>

namespace catacomb::node {

using routing::NodeId;

std::size_t JobExits::had() const {
    const auto held =
        std::count_if(slots_.begin(), slots_.end(), [](const auto& one) { return one.exit.has_value(); });
    return left_.size() + static_cast<std::size_t>(held);
}

ExitWish JobExits::wish(std::size_t slot) const {
    if (slots_[slot].exit) return {slots_[slot].exit, {}};
    if (had() >= kInAll) return {left_.front(), {}};
    // Those that were left first are given up first where there are no others.
    ExitWish out{{}, {left_.begin(), left_.end()}};
    for (const auto& one : slots_) {
        if (one.exit) out.avoid.push_back(*one.exit);
    }
    return out;
}

void JobExits::ends_at(std::size_t slot, const NodeId& exit) {
    auto& at = slots_[slot];
    if (at.exit == exit) return;
    at = {exit, 0, kMostStalls - 1, 0};
    std::erase(left_, exit);
}

void JobExits::not_reached(std::size_t slot, const NodeId& exit) {
    if (slots_[slot].exit == exit) return broke(slot);
    if (std::erase(left_, exit) > 0) left_.push_back(exit);
}

void JobExits::served(std::size_t slot) { slots_[slot].broken = slots_[slot].stalls = 0; }

void JobExits::broke(std::size_t slot) {
    auto& at = slots_[slot];
    ++at.ended;
    if (++at.broken >= kMostBroken || at.ended >= kMostEnded) leave(slot);
}

bool JobExits::stalled(std::size_t slot) {
    if (++slots_[slot].stalls < kMostStalls) return false;
    leave(slot);
    return true;
}

void JobExits::leave(std::size_t slot) {
    auto& at = slots_[slot];
    if (!at.exit) return;
    std::erase(left_, *at.exit);
    left_.push_back(*at.exit);
    at = {};
}

}  // namespace catacomb::node
