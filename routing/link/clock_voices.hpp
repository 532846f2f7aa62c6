// ClockVoices: what the relays that we dialled say the time is, against our own clock. It corrects nothing:
// it is what a person is told when others do not believe our descriptor, or we not theirs, because a clock is
// wrong. One voice for each network prefix and the median of them, so that a liar alone convinces nobody.
// Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace catacomb::routing {

class ClockVoices {
public:
    // A relay in that prefix said that it is `told` when our clock said `now`.
    void hear(std::uint64_t network_prefix, Time told, Time now);

    struct Verdict {
        Duration ahead;      // of ours, by the median: below zero when ours is ahead
        std::size_t voices;  // of how many
    };
    // When so many voices agree that our clock is off by more than kTolerated. nullopt: nothing is to be
    // said.
    std::optional<Verdict> verdict() const;

    static constexpr Duration kTolerated = minutes(5);
    static constexpr std::size_t kLeastVoices = 2;
    static constexpr std::size_t kMostVoices = 64;

private:
    struct Voice {
        Duration ahead;
        std::uint64_t number;
    };
    std::map<std::uint64_t, Voice> voices_;
    std::uint64_t heard_ = 0;
};

// "1 h 3 min".
std::string in_words(Duration length);

}  // namespace catacomb::routing
