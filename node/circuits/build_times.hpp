// BuildTimes: how long circuits take to be built here, and how long one is worth waiting for. Pure.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace catacomb::node {

class BuildTimes {
public:
    void took(Duration time) {
        last_.push_back(time);
        if (last_.size() > kKept) last_.pop_front();
    }
    // Median of the last ones. Nothing while there are too few to tell.
    std::optional<Duration> typical() const {
        if (last_.size() < kNeeded) return std::nullopt;
        auto sorted = last_;
        std::sort(sorted.begin(), sorted.end());
        return sorted[sorted.size() / 2];
    }
    // Three times what is typical: a circuit that takes longer is not worth having.
    Duration limit() const {
        const auto time = typical();
        return time ? std::clamp(3 * *time, kLeastLimit, kFirstLimit) : kFirstLimit;
    }

private:
    static constexpr std::size_t kKept = 100, kNeeded = 10;
    static constexpr Duration kFirstLimit = seconds(10), kLeastLimit = seconds(2);

    std::deque<Duration> last_;
};

}  // namespace catacomb::node
