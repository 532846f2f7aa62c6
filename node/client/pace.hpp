// Pace: how long the segments of one job take, and what may be done about one that takes longer: how much
// silence is borne, and when the same is asked of a second exit, within a tenth of all that the job asks for.
// Pure.
#pragma once

#include <deque>
#include <optional>

#include "base/time.hpp"

namespace catacomb::node {

class Pace {
public:
    static constexpr unsigned kTimesMedian = 3;
    static constexpr std::size_t kFewest = 3;  // segments, before there is a median
    static constexpr std::uint64_t kExtraPercent = 10;

    // A segment came back.
    void took(Duration length);
    // After so long a second exit is asked: three times the median, and while too few have come back a while
    // that no healthy path takes.
    static constexpr Duration kFirstHedge = seconds(5);
    Duration hedge_after() const;
    // Silence for longer than this is a stall.
    Duration patience() const;

    // Blocks are asked for in the ordinary way.
    void asked(std::uint64_t blocks) { asked_ += blocks; }
    // True, and they are counted, when so many may be asked for once more. Never when an exit refused for
    // load: the next one would be loaded, too.
    bool take_extra(std::uint64_t blocks, bool after_busy = false);

private:
    std::optional<Duration> median() const;
    std::deque<Duration> lengths_;  // the last few
    std::uint64_t asked_ = 0, extra_ = 0;
};

}  // namespace catacomb::node
