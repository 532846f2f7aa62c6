// Dial: one simulated connection attempt, from the SYN to an accepted stream, a refusal or silence.
#pragma once

#include "tools/sim/runtime.hpp"

namespace catacomb::sim {

class Dial final : public Actor {
public:
    using Done = std::function<void(Result<routing::StreamPtr>)>;

    Dial(SimRuntime& from, Endpoint to, Done done);
    void start();

private:
    enum What : std::uint64_t { kArrives, kRefused, kNoAnswer, kDead };
    void act(std::uint64_t what) override;
    void arrive();
    void accept(SimRuntime& target, const SimRuntime::Accepted& accepted);
    void later(What what, Duration delay);
    void fail(Code code, std::string_view why);

    SimRuntime& from_;
    Network& network_;
    const Endpoint source_, to_;
    Path& there_;
    Path& back_;
    const Time started_;
    Done done_;
};

}  // namespace catacomb::sim
