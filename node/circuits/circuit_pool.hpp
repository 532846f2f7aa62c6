// CircuitPool: keeps clean client circuits ready, so that a request does not wait for one to be built.
#pragma once

#include "node/circuits/job_exits.hpp"
#include "node/circuits/paths.hpp"

namespace catacomb::node {

class CircuitPool {
public:
    CircuitPool(Runtime& runtime, Paths& paths);

    void start();
    Task<void> drained() { return tasks_.drained(); }
    // A clean circuit that ends where it is wished: promised, so that who asked may stop waiting. What is
    // built for a promise that was set meanwhile (by whoever gave up) is kept for the next. Code::unreachable
    // or too_few_relays: an exit that was named cannot be had.
    using Promised = std::shared_ptr<routing::Promise<CircuitPtr>>;
    Promised take(ExitWish wish, Time deadline);
    // What became of one that was taken, the first time it was used.
    void used(const CircuitPtr& circuit, bool served) { paths_.used(circuit, served); }
    std::size_t ready() const { return clean_.size(); }

private:
    struct Clean {
        CircuitPtr circuit;
        Time built{};
    };
    Task<void> keep();
    Task<void> build(ExitWish wish, Time deadline, Promised promise);
    Task<Result<CircuitPtr>> build_to(ExitWish wish, Time deadline);
    void drop_old();

    Runtime& runtime_;
    Paths& paths_;
    std::deque<Clean> clean_;
    routing::Gate taken_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
