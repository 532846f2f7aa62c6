// Chatter: a node that listens, dials random others and exchanges random messages with them for ever. The
// load under which the simulated world itself is tested and measured.
#pragma once

#include "routing/gate.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::testing {

class Chatter {
public:
    // Talks to any of `everyone` but itself, about once per `pace`.
    Chatter(sim::SimRuntime& runtime, std::vector<routing::Endpoint> everyone, routing::Endpoint at,
            Duration pace);

    // Returns when nothing of it runs any more. Requires: the runtime was closed.
    routing::Task<void> drained() { return tasks_.drained(); }
    std::size_t tasks() const { return tasks_.count(); }
    std::uint64_t answers() const { return answers_; }
    std::uint64_t failures() const { return failures_; }

private:
    routing::Task<void> chat();
    routing::Task<void> serve(routing::StreamPtr stream);
    routing::Task<Result<>> ask(routing::Endpoint whom);

    sim::SimRuntime& runtime_;
    const std::vector<routing::Endpoint> everyone_;
    const routing::Endpoint at_;
    const Duration pace_;
    routing::TaskSet tasks_;
    routing::ListenerPtr listener_;
    std::uint64_t answers_ = 0, failures_ = 0;
};

}  // namespace catacomb::testing
