// ExitSet: the circuits of one job, at most three ends at a time (job_exits.hpp says which). A circuit serves
// one job and is then closed, so that no exit sees two jobs of one client together. What kind of circuits
// they are, whoever makes the set says.
#pragma once

#include "node/circuits/circuit_pool.hpp"

namespace catacomb::node {

class ExitSet {
public:
    // Promises a circuit that ends where it is wished.
    using Source = std::function<CircuitPool::Promised(ExitWish wish, Time deadline)>;

    ExitSet(Runtime& runtime, Source source)
        : runtime_(runtime), source_(std::move(source)), changed_(runtime) {}
    // A client's circuits.
    ExitSet(Runtime& runtime, CircuitPool& pool)
        : ExitSet(runtime,
                  [&pool](ExitWish wish, Time deadline) { return pool.take(std::move(wish), deadline); }) {}
    ~ExitSet() { close(); }

    // The circuit in `slot` (below kExitsPerJob), built when there is none or it ended: to the same exit, if
    // that can be reached. Different slots have different exits, in a network of three relays already.
    Task<Result<CircuitPtr>> get(std::size_t slot, Time deadline);
    // What became of a request by that circuit. When it failed: an exit is left the second time in a row that
    // it falls silent or its circuit ends, and at once for what it alone can have done.
    void served(const CircuitPtr& circuit);
    void failed(const CircuitPtr& circuit, const Error& why);
    // It fell silent in the middle of a request, others may be served by it meanwhile.
    void stalled(const CircuitPtr& circuit);
    // For good: every circuit ends, with all that waits for one or on one; get() fails with Code::closed.
    void close();

private:
    bool is_usable(std::size_t slot) const { return circuits_[slot] && !circuits_[slot]->is_closed(); }
    std::optional<std::size_t> slot_of(const CircuitPtr& circuit) const;
    void settle(std::size_t slot);
    Task<Result<CircuitPtr>> build(std::size_t slot, Time deadline);
    void end(std::size_t slot);

    Runtime& runtime_;
    Source source_;
    JobExits exits_;
    std::array<CircuitPtr, kExitsPerJob> circuits_;
    CircuitPool::Promised building_;  // one at a time: each must know at which exits the others end
    routing::Gate changed_;
    bool closed_ = false;
};

}  // namespace catacomb::node
