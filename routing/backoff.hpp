// Backoff: the pauses between tries at what fails, each twice the one before up to a longest, and jittered,
// so that those who failed together do not try together. Pure.
#pragma once

#include <algorithm>

#include "routing/jitter.hpp"

namespace catacomb::routing {

class Backoff {
public:
    Backoff(Duration shortest, Duration longest) : shortest_(shortest), longest_(longest), next_(shortest) {}

    // How long the next pause is, about.
    Duration about() const { return next_; }
    // The pause after one more failure.
    Duration next(Rng& rng) {
        const auto pause = jittered(next_, rng);
        next_ = std::min(2 * next_, longest_);
        return pause;
    }
    // It worked.
    void reset() { next_ = shortest_; }

private:
    Duration shortest_, longest_, next_;
};

}  // namespace catacomb::routing
