// Reach: whether a relay can be reached, by what came of what we sent it: the one rule by which this node
// suspects (docs/spec/membership.md 2). Whoever answers, if only to say no, is there. Whoever cannot be
// connected to, or is silent although it had the time and needed nobody else for its answer, is a suspect for
// 15 s, twice as long each time in a row, up to 16 minutes. All else says nothing of it. Pure.
#pragma once

#include <algorithm>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"

namespace catacomb::routing {

inline constexpr Duration kFirstSuspicion = seconds(15);
inline constexpr Duration kLongestSuspicion = minutes(16);

enum class Heard { answer, silence, nothing };
// Whether a relay answers by itself, or asks others first and may be silent through no fault of its own.
enum class Answers { alone, for_others };

// What a call tells that has ended: `failure` is empty when it brought what was asked for.
inline Heard heard_from(std::optional<Code> failure, Duration waited, Answers how) {
    constexpr Duration kTimeToAnswer = seconds(2);  // as much as the ring gives it
    if (!failure) return Heard::answer;
    switch (*failure) {
        case Code::unreachable:
            return Heard::silence;
        case Code::timed_out:
            return how == Answers::alone && waited >= kTimeToAnswer ? Heard::silence : Heard::nothing;
        case Code::limit:   // perhaps one of ours
        case Code::closed:  // we are
            return Heard::nothing;
        default:
            return Heard::answer;
    }
}

class Reach {
public:
    void heard(Heard what, Time now) {
        if (what == Heard::answer) *this = Reach{};
        // What is sent side by side fails together, and counts once.
        if (what != Heard::silence || is_suspect(now)) return;
        constexpr unsigned kMostDoublings = 6;
        static_assert(kFirstSuspicion * (1 << kMostDoublings) == kLongestSuspicion);
        suspect_until_ = now + kFirstSuspicion * (1 << std::min(silences_, kMostDoublings));
        ++silences_;
    }
    bool is_suspect(Time now) const { return now < suspect_until_; }
    // Nothing has failed since it last answered.
    bool is_sound() const { return silences_ == 0; }

private:
    Time suspect_until_{};
    unsigned silences_ = 0;  // in a row
};

}  // namespace catacomb::routing
