// ExitSet: the circuits of one job, at most three ends at a time (job_exits.hpp says which). A circuit serves
// one job and is then closed, so that no exit sees two jobs of one client together.
#pragma once

#include "node/circuits/circuit_pool.hpp"

namespace catacomb::node {

class ExitSet {
public:
    ExitSet(Runtime& runtime, CircuitPool& pool) : pool_(pool), changed_(runtime) {}
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
    void tell(std::size_t slot, bool served);

    CircuitPool& pool_;
    JobExits exits_;
    std::array<CircuitPtr, kExitsPerJob> circuits_;
    std::array<bool, kExitsPerJob> told_{};  // what became of the circuit's first use
    CircuitPool::Promised building_;         // one at a time: each must know at which exits the others end
    routing::Gate changed_;
    bool closed_ = false;
};

}  // namespace catacomb::node
