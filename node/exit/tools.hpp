// ExitTools: what every operation of an exit works with. They outlive each of its requests.
#pragma once

#include <algorithm>

#include "base/defence.hpp"
#include "node/exit/errand.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/limits.hpp"
#include "routing/onion/relay_circuit.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;

struct ExitTools {
    Relays& relays;
    Errands& errands;
    ProofChecker& proofs;     // of vaults
    std::size_t store_bytes;  // that one store may have waiting on the links
    // How long answers take at this exit: of relays that ask a vault for a block, that have one stored, that
    // answer from what they know, and that have many leases extended.
    Patience fetch_patience{{limits::kFirstPatience, limits::kLeastPatience, limits::kMostPatience}};
    Patience store_patience{{limits::kFirstPatience, limits::kLeastStorePatience, limits::kMostPatience}};
    Patience have_patience{{limits::kFirstPatience, limits::kLeastPatience, limits::kMostPatience}};
    Patience renew_patience{{limits::kFirstPatience, limits::kLeastStorePatience, limits::kMostPatience}};
};

// For operations that ask for one block at a time.
inline unsigned only_block(const Gather::Ask& ask) {
    return static_cast<unsigned>(__builtin_ctzll(ask.blocks));
}

inline Duration job_limit(std::uint32_t limit_ms) {
    const auto least = stands(Defence::links_judge_themselves) ? limits::kShortestJob : Duration{};
    return std::clamp<Duration>(milliseconds(limit_ms), least, limits::kLongestJob);
}

}  // namespace catacomb::node
