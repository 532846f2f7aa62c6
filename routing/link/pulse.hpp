// Pulse: whether the other end of a link still lives, by a probe of the link's own and by nothing else
// (docs/spec/link.md 3): who has heard nothing for kQuiet since it sent something asks, and whoever does not
// answer that within kPatience is gone. No deadline of a request has a say. Pure.
#pragma once

#include <optional>
#include <utility>

#include "base/time.hpp"

namespace catacomb::routing {

class Pulse {
public:
    static constexpr Duration kQuiet = seconds(10);
    static constexpr Duration kPatience = seconds(10);
    enum class Step { nothing, probe, end };

    // Something left that is more than the answer to a probe.
    void sent(Time now) {
        if (!since_) since_ = now;
    }
    // Something came, or the peer took what it had not taken: it is there.
    void heard() { *this = Pulse{}; }
    bool is_waiting() const { return since_.has_value(); }

    // Asked now and then. Whoever was asleep himself finds his probe late, and what came meanwhile unread:
    // the end is not said at the first look after the probe's time.
    Step look(Time now) {
        if (!since_) return Step::nothing;
        if (!probed_) {
            if (now - *since_ < kQuiet) return Step::nothing;
            probed_ = now;
            return Step::probe;
        }
        return now - *probed_ >= kPatience && std::exchange(is_late_, true) ? Step::end : Step::nothing;
    }

private:
    std::optional<Time> since_, probed_;
    bool is_late_ = false;
};

}  // namespace catacomb::routing
