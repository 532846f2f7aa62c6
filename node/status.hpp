// What a node says of itself (docs/spec/api.md 4): counts only, no address, key or position; and, apart, its
// circuits. Plain values; node/api makes JSON of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "routing/endpoint.hpp"
#include "routing/link/clock_voices.hpp"

namespace catacomb::node {

struct VaultFacts {
    std::size_t registrations = 0, wanted = 0;
    std::uint64_t blocks = 0, bytes = 0, quota = 0;
    bool disk_full = false;
};

// A network that is not known well enough yet to choose a guard from.
struct Learning {
    std::size_t agreed = 0, known = 0;  // relays whose keys a second relay has confirmed; relays
};

struct StatusFacts {
    bool is_relay = false;
    std::size_t relays_known = 0, relays_answering = 0;
    std::optional<Learning> learning;
    std::optional<routing::ClockVoices::Verdict> clock;  // when others doubt ours
    unsigned warn_below = 0;
    bool ring_joined = false;
    std::size_t successors = 0;
    bool has_predecessor = false;
    std::size_t vaults_served = 0;
    std::optional<VaultFacts> vault;
    std::size_t circuits_own = 0, circuits_relayed = 0, circuits_ready = 0;
    std::size_t links = 0;
    std::optional<Duration> build_time;
    std::size_t guards_left = 0;  // for failing far more circuits than another
    std::size_t jobs_running = 0;
    std::vector<std::string> of_machine;  // warnings
    bool ready = false;
};

// Sentences for the operator.
std::vector<std::string> warnings_of(const StatusFacts& facts);

// The one thing with addresses, which the API gives to the node's own user alone.
struct CircuitFacts {
    std::vector<routing::Endpoint> guards;
    std::vector<std::vector<routing::Endpoint>> paths;  // of each own circuit, first hop first
};

}  // namespace catacomb::node
