#include "node/client/pace.hpp"

#include <algorithm>
#include <vector>

namespace catacomb::node {
namespace {

constexpr std::size_t kRemembered = 31;
constexpr Duration kLeastPatience = seconds(6), kMostPatience = seconds(20);

}  // namespace

void Pace::took(Duration length) {
    lengths_.push_back(length);
    if (lengths_.size() > kRemembered) lengths_.pop_front();
}

std::optional<Duration> Pace::median() const {
    if (lengths_.size() < kFewest) return std::nullopt;
    std::vector<Duration> sorted(lengths_.begin(), lengths_.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

Duration Pace::hedge_after() const {
    const auto usual = median();
    return usual ? kTimesMedian * *usual : kFirstHedge;
}

Duration Pace::patience() const {
    const auto usual = median();
    return usual ? std::clamp<Duration>(kTimesMedian * *usual, kLeastPatience, kMostPatience)
                 : kLeastPatience;
}

bool Pace::take_extra(std::uint64_t blocks, bool after_busy) {
    if (after_busy) return false;
    if ((extra_ + blocks) * 100 > asked_ * kExtraPercent) return false;
    extra_ += blocks;
    return true;
}

}  // namespace catacomb::node
