// The operations by which relays keep one ordered ring (Zave, "Reasoning about Identifier Spaces: How to Make
// Chord Correct"; docs/spec/ring.md 3), each a small machine: ask() names the relay whose state is wanted
// next (null: the operation is over), and the answer is fed back. One rule covers all: a pointer is adopted
// only to a member that has just answered. Pure; the caller owns table and machine, and lets one Join or
// Stabilize run at a time, answering "busy" meanwhile.
#pragma once

#include <optional>

#include "routing/ring/messages.hpp"
#include "routing/ring/table.hpp"

namespace catacomb::routing {

// What the view adds to the textbook's pointers: live relays around us, the closest first. Not believed, only
// asked.
struct Candidates {
    std::vector<DescriptorPtr> before;  // before us
    std::vector<DescriptorPtr> after;   // after us
};

// Finds the member right before us, and takes over the whole successor list of its successor.
class Join {
public:
    enum class Outcome { running, joined, nobody, interrupted };

    Join(Table& table, Candidates candidates);
    DescriptorPtr ask() const;
    void answered(const RingState& state);
    void gone();
    // nobody: all whom we know of are gone or joining themselves. interrupted: a member was there, but the
    // ring moved or was busy; start again.
    Outcome outcome() const { return outcome_; }

private:
    void at_predecessor(const RingState& state);
    void at_successor(const RingState& state);
    void next_candidate();

    Table& table_;
    std::vector<DescriptorPtr> to_ask_;  // possible predecessors, the next one last
    DescriptorPtr successor_;            // set once the right predecessor named it
    Outcome outcome_ = Outcome::running;
    bool met_member_ = false;
    unsigned queries_ = 0;
};

// One round: first the successor's state, then that of whoever stands closer (its predecessor, or one from
// the view).
class Stabilize {
public:
    Stabilize(Table& table, Candidates candidates);
    DescriptorPtr ask() const { return asked_; }
    void answered(const RingState& state);
    void gone();
    // Whom to notify that we may be its predecessor, once the round is over; null when we are alone.
    DescriptorPtr notify() const { return table_.successor(); }
    // A relay was busy, so the round ended early: try again soon.
    bool was_busy() const { return was_busy_; }

private:
    void ask_next();
    void over() { asked_ = nullptr; }

    Table& table_;
    std::vector<DescriptorPtr> closer_;  // to be asked, the next one last
    DescriptorPtr asked_;
    bool was_busy_ = false;
    unsigned queries_ = 0;
};

// After a notify from `notifier`: pings the predecessor before it replaces it.
class Rectify {
public:
    Rectify(Table& table, DescriptorPtr notifier);
    // Whom to ping; null: over.
    DescriptorPtr ask() const { return asked_; }
    void answered(bool alive);

private:
    Table& table_;
    DescriptorPtr notifier_;
    DescriptorPtr asked_;
};

}  // namespace catacomb::routing
