// What relaying costs: three nodes with links and circuits only, each on a thread of its own, joined by real
// sockets of the loopback. The middle one relays; its thread's CPU time counts, system calls included.
#pragma once

#include <cstdint>

namespace catacomb::bench {

struct RelayCost {
    double forward_us = 0, backward_us = 0;  // CPU of the relay per frame passed on
    double frames_per_read = 0, frames_per_write = 0;
};
// Relays about `bytes` of payload in each direction.
RelayCost measure_relay(std::uint64_t bytes);

}  // namespace catacomb::bench
