// Every maximum of the links in one table (docs/spec/link.md 4), and the token bucket that enforces rates.
// Pure: `now` comes in.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace catacomb::routing {

// Full at first. At most `burst` at once and `per_second` in the long run. Integers only, no drift: it keeps
// the time at which the bucket will be full again (the generic cell rate algorithm).
class TokenBucket {
public:
    // Requires: 0 < per_second <= 1,000,000 and burst > 0.
    TokenBucket(unsigned per_second, unsigned burst, Time now);
    // Takes one token; false when there is none. Requires: `now` never goes back.
    [[nodiscard]] bool take(Time now);
    // Untouched since then, it is as good as new.
    Time full_at() const { return full_at_; }

private:
    Duration interval_;  // in which one token grows
    Duration depth_;
    Time full_at_;
};

struct LinkLimits {
    std::size_t links = 4096;            // of one node
    std::size_t links_per_address = 16;  // accepted from one address
    std::size_t links_per_prefix = 128;  // accepted from one source (sources.hpp)
    unsigned handshakes_per_second = 4;  // begun by one source, on average
    unsigned handshake_burst = 128;      // and at once: all of its links may come back together
    std::size_t circuits = 1024;         // over one link
    unsigned creates_per_second = 50;    // asked for over all links of one source, on average
    unsigned create_burst = 200;         // and at once
    std::size_t sources = 4096;          // whose rates are remembered
    // Begun by us over one link in all its life: numbers are not used twice. Then another link is dialled.
    std::uint32_t channels = 0x7fffffff;
    std::size_t outstanding_rpcs = 256;  // over one link, each way
    std::size_t control_frames = 1024;   // waiting to leave one link: 4 MiB
    // Of requests and answers, waiting to leave one link: 130 blocks of 64 frames, 32 MiB.
    std::size_t body_frames = 8192;
    std::size_t transit_bytes = std::size_t{128} << 20;  // on their way through the node (Holdings)
    std::size_t request_bytes = std::size_t{64} << 20;   // of long requests over all links, not answered
};

}  // namespace catacomb::routing
