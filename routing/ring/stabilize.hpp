// The operations by which relays keep one ordered ring (Zave, "Reasoning about Identifier Spaces: How to Make
// Chord Correct"; docs/spec/ring.md 3), each a small machine: ask() names the relay whose state is wanted
// next (null: the operation is over), and the answer is fed back. One rule covers all: a pointer is adopted
// only to a member that has just answered. Pure; the caller owns table and machine, and lets one Join or
// Stabilize run at a time, answering "busy" meanwhile.
#pragma once

#include <set>

#include "routing/ring/messages.hpp"
#include "routing/ring/table.hpp"

namespace catacomb::routing {

// What the view adds to the textbook's pointers: live relays around us, the closest first. Not believed, only
// asked.
struct Candidates {
    std::vector<DescriptorPtr> before;
    std::vector<DescriptorPtr> after;
};

// Finds the member right before us, and takes over the whole successor list of its successor.
class Join {
public:
    // nobody: all whom we know of are gone or joining themselves. interrupted: there are members, but the
    // ring was moving or busy; start again.
    enum class Outcome { running, joined, nobody, interrupted };

    // Requires: an empty table.
    Join(Table& table, const Candidates& candidates);
    const DescriptorPtr& ask() const { return asked_; }
    void answered(const RingState& state);
    void gone();
    Outcome outcome() const { return outcome_; }

private:
    void at_predecessor(const RingState& state);
    void ask_next();
    void end(Outcome how);

    Table& table_;
    std::vector<DescriptorPtr> to_ask_;  // possible predecessors, the next one last
    std::set<NodeId> seen_;
    DescriptorPtr asked_;
    bool at_successor_ = false;  // the right predecessor named the one we ask now
    bool met_member_ = false;
    Outcome outcome_ = Outcome::running;
};

// One round: first the successor's state, then that of whoever stands closer (its predecessor, or one from
// the view).
class Stabilize {
public:
    Stabilize(Table& table, const Candidates& candidates);
    const DescriptorPtr& ask() const { return asked_; }
    void answered(const RingState& state);
    void gone();
    // Whom to notify, once the round is over, that we may be its predecessor; null when we are alone.
    DescriptorPtr notify() const { return table_.successor(); }
    // A relay was busy, so the round ended early: try again soon.
    bool was_busy() const { return was_busy_; }

private:
    void consider(const DescriptorPtr& relay);
    void ask_next();

    Table& table_;
    std::vector<DescriptorPtr> closer_;  // perhaps between us and our successor; the closest last
    std::set<NodeId> seen_;
    DescriptorPtr asked_;
    bool successor_answered_ = false;
    bool was_busy_ = false;
};

// After a notify from `notifier`: pings the predecessor before it replaces it.
class Rectify {
public:
    Rectify(Table& table, DescriptorPtr notifier);
    // Whom to ping; null: over.
    const DescriptorPtr& ask() const { return asked_; }
    void answered(bool alive);

private:
    Table& table_;
    DescriptorPtr notifier_;
    DescriptorPtr asked_;
};

}  // namespace catacomb::routing
