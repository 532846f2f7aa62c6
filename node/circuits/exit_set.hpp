// ExitSet: the circuits of one job, at most three ends at a time. A circuit serves one job and is then
// closed, so that no exit sees two jobs of one client together. What kind of circuits they are, whoever makes
// the set says.
#pragma once

#include "node/circuits/circuit_pool.hpp"

namespace catacomb::node {

inline constexpr std::size_t kExitsPerJob = 3;

class ExitSet {
public:
    // Promises a circuit that ends at none of those named, while there is another.
    using Source = std::function<CircuitPool::Promised(std::vector<routing::NodeId> avoid, Time deadline)>;

    ExitSet(Runtime& runtime, Source source)
        : runtime_(runtime), source_(std::move(source)), changed_(runtime) {}
    // A client's circuits.
    ExitSet(Runtime& runtime, CircuitPool& pool)
        : ExitSet(runtime, [&pool](auto avoid, Time deadline) { return pool.take(avoid, deadline); }) {}
    ~ExitSet() { close(); }

    // The circuit in `slot` (below kExitsPerJob), built when there is none or it ended or is too old.
    // Different slots have different exits, in a network of three relays already.
    Task<Result<CircuitPtr>> get(std::size_t slot, Time deadline);
    // The circuit failed: close it; the next get() builds another, to another exit.
    void drop(const CircuitPtr& circuit);
    // It fell silent in the middle of a request; the second time in a row it is dropped. What stalls may be
    // what was asked for, and others may be served by it meanwhile.
    void stalled(const CircuitPtr& circuit);
    void served(const CircuitPtr& circuit);
    // For good: every circuit ends, with all that waits for one or on one; get() fails with Code::closed.
    void close();

private:
    struct Slot {
        CircuitPtr circuit;
        Time built{};
        unsigned stalls = 0;  // since it last served
        bool is_usable(Time now) const;
    };
    Slot* slot_of(const CircuitPtr& circuit);
    // Those that failed first: they are given up first where there are no others.
    std::vector<routing::NodeId> exits_to_avoid() const;

    Runtime& runtime_;
    Source source_;
    std::array<Slot, kExitsPerJob> slots_;
    CircuitPool::Promised building_;  // one at a time: each must know at which exits the others end
    std::deque<CircuitPtr> retired_;
    std::deque<routing::NodeId> failed_;  // exits that failed this job, the last few
    routing::Gate changed_;
    bool closed_ = false;
};

}  // namespace catacomb::node
