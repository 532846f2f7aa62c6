// What a node says of itself at GET /v1/status (docs/spec/api.md): counts only, no address, key or position.
#pragma once

#include <optional>
#include <string>

#include "node/vault/vault.hpp"

namespace catacomb::node {

struct StatusFacts {
    bool is_relay = false;
    std::size_t relays_known = 0, relays_answering = 0;
    std::optional<routing::ClockVoices::Verdict> clock;  // when others doubt ours
    unsigned warn_below = 0;
    bool ring_joined = false;
    std::size_t successors = 0;
    bool has_predecessor = false;
    std::size_t vaults_served = 0;
    std::optional<Vault::Status> vault;
    std::size_t circuits_own = 0, circuits_relayed = 0, circuits_ready = 0;
    std::size_t links = 0;
    std::optional<Duration> build_time;
    std::size_t jobs_running = 0;
    bool ready = false;
};

std::string to_json(const StatusFacts& facts);

// GET /v1/circuits: the one document with addresses, which the API gives to the node's own user alone.
struct CircuitFacts {
    std::vector<routing::Endpoint> guards;
    std::vector<std::vector<routing::Endpoint>> paths;  // of each own circuit, first hop first
};

std::string to_json(const CircuitFacts& facts);

}  // namespace catacomb::node
