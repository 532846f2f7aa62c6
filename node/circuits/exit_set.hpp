// ExitSet: the circuits of one job, at most three exits at a time. A circuit serves one job and is then
// closed, so that no exit sees two jobs of one client together.
#pragma once

#include "node/circuits/circuit_pool.hpp"

namespace catacomb::node {

inline constexpr std::size_t kExitsPerJob = 3;

class ExitSet {
public:
    ExitSet(Runtime& runtime, CircuitPool& pool) : runtime_(runtime), pool_(pool), changed_(runtime) {}
    ~ExitSet() { close(); }

    // The circuit in `slot` (below kExitsPerJob), built when there is none or it ended or is too old.
    // Different slots have different exits, in a network of three relays already.
    Task<Result<CircuitPtr>> get(std::size_t slot, Time deadline);
    // The circuit failed: close it; the next get() builds another, to another exit.
    void drop(const CircuitPtr& circuit);
    // For good: every circuit ends, with all that waits for one or on one; get() fails with Code::closed.
    void close();

private:
    struct Slot {
        CircuitPtr circuit;
        Time built{};
        bool is_usable(Time now) const;
    };
    // Those that failed first: they are given up first where there are no others.
    std::vector<routing::NodeId> exits_to_avoid() const;

    Runtime& runtime_;
    CircuitPool& pool_;
    std::array<Slot, kExitsPerJob> slots_;
    CircuitPool::Promised building_;  // one at a time: each must know at which exits the others end
    std::deque<CircuitPtr> retired_;
    std::deque<routing::NodeId> failed_;  // exits that failed this job, the last few
    routing::Gate changed_;
    bool closed_ = false;
};

}  // namespace catacomb::node
