// Time points and durations. There is no now() here: time comes in through a Runtime (routing/runtime.hpp).
#pragma once

#include <chrono>
#include <cstdint>

namespace catacomb {

using Duration = std::chrono::microseconds;

// Microseconds since the Unix epoch, never going backwards within one run.
struct Epoch {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<Epoch>;
    static constexpr bool is_steady = true;
};
using Time = Epoch::time_point;

inline constexpr Time kNever = Time::max();

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

inline std::uint64_t unix_seconds(Time t) {
    return static_cast<std::uint64_t>(duration_cast<seconds>(t.time_since_epoch()).count());
}
// Saturates: a number from the network never overflows the clock.
inline Time from_unix_seconds(std::uint64_t s) {
    constexpr auto kMax =
        static_cast<std::uint64_t>(duration_cast<seconds>(kNever.time_since_epoch()).count());
    return Time(seconds(static_cast<std::int64_t>(s < kMax ? s : kMax)));
}
inline double in_seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }

}  // namespace catacomb
