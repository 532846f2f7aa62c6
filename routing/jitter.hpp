// Periods are jittered by a quarter, so that nodes that started together drift apart.
#pragma once

#include "base/rng.hpp"
#include "base/time.hpp"

namespace catacomb::routing {

// Uniform in [3/4, 5/4) of `period`. Requires: at least 4 microseconds.
inline Duration jittered(Duration period, Rng& rng) {
    const auto quarter = static_cast<std::uint64_t>(period.count()) / 4;
    return period - Duration(quarter) + Duration(rng.below(2 * quarter));
}

}  // namespace catacomb::routing
