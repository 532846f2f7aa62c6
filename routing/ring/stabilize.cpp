#include "routing/ring/stabilize.hpp"

#include <algorithm>

namespace catacomb::routing {
namespace {
constexpr std::size_t kMaxQueries = 6;  // per round: two, and a few more where relays are gone
}

Stabilize::Stabilize(Table& table, const Candidates& candidates) : table_(table) {
    seen_.insert(table.id());
    for (const auto& relay : candidates.after) consider(relay);
    // In a ring of two, or when our whole list died, the predecessor is also what follows us.
    if (table.successors().empty() && table.predecessor()) consider(table.predecessor());
    ask_next();
}

void Stabilize::answered(const RingState& state) {
    switch (state.standing) {
        case Standing::joining:  // restarted since: what we hold is a pointer to who it was
            return gone();
        case Standing::busy:
            was_busy_ = true;
            asked_ = nullptr;
            return;
        case Standing::member:
            break;
    }
    const auto head = table_.successor();
    if ((head && head->id == asked_->id) || table_.improves_successor(asked_->id)) {
        table_.adopt(asked_, state.successors);
        successor_answered_ = true;
    }
    if (state.predecessor) consider(state.predecessor);
    ask_next();
}

void Stabilize::gone() {
    table_.drop(asked_->id);
    ask_next();
}

void Stabilize::consider(const DescriptorPtr& relay) {
    const auto farther = [&](const DescriptorPtr& a, const DescriptorPtr& b) {
        return distance(table_.id(), a->id) > distance(table_.id(), b->id);
    };
    if (!table_.improves_successor(relay->id)) return;
    closer_.insert(std::lower_bound(closer_.begin(), closer_.end(), relay, farther), relay);
}

void Stabilize::ask_next() {
    asked_ = nullptr;
    if (seen_.size() > kMaxQueries) return;
    if (!successor_answered_ && !table_.successors().empty()) {
        asked_ = table_.successor();
        seen_.insert(asked_->id);
        return;
    }
    while (!closer_.empty()) {
        auto next = std::move(closer_.back());
        closer_.pop_back();
        if (!table_.improves_successor(next->id) || !seen_.insert(next->id).second) continue;
        asked_ = std::move(next);
        return;
    }
}

Rectify::Rectify(Table& table, DescriptorPtr notifier) : table_(table), notifier_(std::move(notifier)) {
    const auto& predecessor = table_.predecessor();
    if (predecessor && predecessor->id != notifier_->id) {
        asked_ = predecessor;
    } else {
        table_.set_predecessor(notifier_);
    }
}

void Rectify::answered(bool alive) {
    if (!alive) table_.drop(asked_->id);
    asked_ = nullptr;
    // Read again: a round of stabilisation may have changed it while the ping was under way.
    const auto& predecessor = table_.predecessor();
    if (!predecessor || in_open_arc(predecessor->id, notifier_->id, table_.id()))
        table_.set_predecessor(notifier_);
}

}  // namespace catacomb::routing
