// Pace: how long a relay waits between rounds of stabilisation: 5 s, and 0.5 s while it is young or its table
// has lately changed, jittered. Pure.
#pragma once

#include "routing/jitter.hpp"

namespace catacomb::routing {

class Pace {
public:
    static constexpr Duration kPeriod = seconds(5);
    static constexpr Duration kQuickPeriod = milliseconds(500);

    // The next `kQuickRounds` pauses are short.
    void hurry() { quick_rounds_ = kQuickRounds; }
    bool quick() const { return quick_rounds_ > 0; }
    // The pause after a round that left the table at `version`.
    Duration pause(std::uint64_t version, Rng& rng) {
        if (version != version_) hurry();
        version_ = version;
        const auto length = quick() ? kQuickPeriod : kPeriod;
        if (quick()) --quick_rounds_;
        return jittered(length, rng);
    }

private:
    static constexpr unsigned kQuickRounds = 6;
    unsigned quick_rounds_ = kQuickRounds;
    std::uint64_t version_ = 0;
};

}  // namespace catacomb::routing
