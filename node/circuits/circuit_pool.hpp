// CircuitPool: keeps clean client circuits ready, so that a request does not wait for one to be built.
#pragma once

#include "node/circuits/paths.hpp"

namespace catacomb::node {

inline constexpr auto kUseLimit = minutes(10);  // after that a circuit takes no new request

class CircuitPool {
public:
    CircuitPool(Runtime& runtime, Paths& paths);

    void start();
    Task<void> drained() { return tasks_.drained(); }
    // A clean circuit that ends at none of `avoid_exits`: promised, so that who asked may stop waiting. What
    // is built for a promise that was set meanwhile (by whoever gave up) is kept for the next.
    using Promised = std::shared_ptr<routing::Promise<CircuitPtr>>;
    Promised take(std::vector<routing::NodeId> avoid_exits, Time deadline);
    std::size_t ready() const { return clean_.size(); }

private:
    struct Clean {
        CircuitPtr circuit;
        Time built{};
    };
    Task<void> keep();
    Task<void> build(std::vector<routing::NodeId> avoid_exits, Time deadline, Promised promise);
    void drop_old();

    Runtime& runtime_;
    Paths& paths_;
    std::deque<Clean> clean_;
    routing::Gate taken_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
