#include "routing/link/limits.hpp"

#include "base/check.hpp"

namespace catacomb::routing {

TokenBucket::TokenBucket(unsigned per_second, unsigned burst, Time now)
    : interval_(per_second > 0 ? Duration(seconds(1)) / per_second : Duration{}),
      depth_(interval_ * burst),
      full_at_(now) {
    CHECK(interval_.count() > 0 && burst > 0);
}

bool TokenBucket::take(Time now) {
    const auto full_after = (full_at_ > now ? full_at_ : now) + interval_;
    if (full_after - now > depth_) return false;
    full_at_ = full_after;
    return true;
}

}  // namespace catacomb::routing
