#include "routing/link/clock_voices.hpp"

#include <algorithm>
#include <vector>

#include "base/log.hpp"

namespace catacomb::routing {

void ClockVoices::hear(std::uint64_t network_prefix, Time told, Time now) {
    voices_[network_prefix] = {told - now, ++heard_};
    if (voices_.size() <= kMostVoices) return;
    const auto older = [](const auto& a, const auto& b) { return a.second.number < b.second.number; };
    voices_.erase(std::min_element(voices_.begin(), voices_.end(), older));
}

std::optional<ClockVoices::Verdict> ClockVoices::verdict() const {
    if (voices_.size() < kLeastVoices) return std::nullopt;
    std::vector<Duration> sorted;
    for (const auto& [prefix, voice] : voices_) sorted.push_back(voice.ahead);
    std::sort(sorted.begin(), sorted.end());
    // Of an even number the one in the middle that doubts our clock less: half of them liars do not suffice.
    const auto size = [](Duration length) { return length < Duration{} ? -length : length; };
    const auto low = sorted[(sorted.size() - 1) / 2], high = sorted[sorted.size() / 2];
    const auto ahead = size(low) < size(high) ? low : high;
    if (size(ahead) <= kTolerated) return std::nullopt;
    return Verdict{ahead, sorted.size()};
}

std::string in_words(Duration length) {
    const auto size = length < Duration{} ? -length : length;
    const auto whole = duration_cast<minutes>(size + seconds(30)).count();
    const auto days = whole / (24 * 60), hours_left = whole / 60 % 24, minutes_left = whole % 60;
    if (days > 0) return concat(days, " d ", hours_left, " h");
    if (hours_left > 0) return concat(hours_left, " h ", minutes_left, " min");
    return concat(minutes_left, " min");
}

}  // namespace catacomb::routing
