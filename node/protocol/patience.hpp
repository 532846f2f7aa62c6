// Patience: for how long an answer is not late, from how long answers took: the smoothed round trip and four
// times its mean deviation (RFC 6298). Many requests are under way at once, so each counts for less than
// there (RFC 7323, appendix G). Pure.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace catacomb::node {

class Patience {
public:
    struct Range {
        Duration first, least, most;  // before anything was measured; and never less or more
    };
    explicit Patience(Range range) : range_(range) {}

    void heard(Duration took) {
        if (!measured_) {
            measured_ = true;
            mean_ = took;
            deviation_ = took / 2;
            return;
        }
        const auto off = took > mean_ ? took - mean_ : mean_ - took;
        deviation_ += (off - deviation_) / kSlowness;
        mean_ += (took - mean_) / (2 * kSlowness);
    }
    Duration now() const {
        return measured_ ? std::clamp(mean_ + 4 * deviation_, range_.least, range_.most) : range_.first;
    }

private:
    static constexpr int kSlowness = 8;

    Range range_;
    bool measured_ = false;
    Duration mean_{}, deviation_{};
};

}  // namespace catacomb::node
