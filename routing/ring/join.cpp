#include "routing/ring/stabilize.hpp"

#include "base/check.hpp"

namespace catacomb::routing {
namespace {
constexpr std::size_t kMaxQueries = 64;
}

Join::Join(Table& table, const Candidates& candidates) : table_(table) {
    CHECK(table.successors().empty());
    seen_.insert(table.id());
    to_ask_.assign(candidates.before.rbegin(), candidates.before.rend());
    ask_next();
}

void Join::answered(const RingState& state) {
    if (state.standing == Standing::joining) return gone();
    met_member_ = true;
    if (state.standing == Standing::busy) return end(Outcome::interrupted);
    if (!at_successor_) return at_predecessor(state);
    table_.adopt(asked_, state.successors);
    end(Outcome::joined);
}

void Join::gone() {
    if (at_successor_) return end(Outcome::interrupted);
    ask_next();
}

// Either we belong between the answering member and its first successor, or somebody on its list is closer to
// us.
void Join::at_predecessor(const RingState& state) {
    std::vector<DescriptorPtr> list;
    for (const auto& relay : state.successors)
        if (relay->id != table_.id()) list.push_back(relay);  // we, from before a restart
    if (list.empty()) {
        table_.adopt(asked_, {});
        return end(Outcome::joined);
    }
    if (in_open_arc(asked_->id, table_.id(), list.front()->id)) {
        at_successor_ = true;
        asked_ = list.front();
        return;
    }
    for (const auto& relay : list)
        if (in_open_arc(asked_->id, relay->id, table_.id())) to_ask_.push_back(relay);
    ask_next();
}

void Join::ask_next() {
    while (!to_ask_.empty() && seen_.size() <= kMaxQueries) {
        asked_ = std::move(to_ask_.back());
        to_ask_.pop_back();
        if (seen_.insert(asked_->id).second) return;
    }
    end(met_member_ ? Outcome::interrupted : Outcome::nobody);
}

void Join::end(Outcome how) {
    asked_ = nullptr;
    outcome_ = how;
}

}  // namespace catacomb::routing
