// What the client's jobs stand on: the node's parts, by reference. They outlive every job.
#pragma once

#include "node/circuits/exit_set.hpp"
#include "node/client/job.hpp"
#include "node/client/memory_budget.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {

// Segments of one job under way, at most: memory may allow fewer (ClientParts::memory).
inline constexpr std::size_t kStoredAtOnce = 6, kFetchedAtOnce = 6, kCheckedAtOnce = 24;
// Requests to renew, each for many segments. All may come to one exit.
inline constexpr std::size_t kRenewedAtOnce = 3;
static_assert(kRenewedAtOnce <= limits::kRenewsPerCircuit);
static_assert(kStoredAtOnce <= kExitsPerJob * limits::kStoresPerCircuit);
static_assert(kFetchedAtOnce <= kExitsPerJob * limits::kFetchesPerCircuit);

struct ClientParts {
    Runtime& runtime;
    CircuitPool& pool;
    Paths& paths;
    const routing::View& view;
    ProofChecker& proofs;
    crypto::Key256 convergence_secret;
    std::string spool_directory;
    std::size_t jobs_at_once = 64;
    std::uint64_t spool_limit = std::uint64_t{16} << 30;  // bytes, of all jobs
    std::uint64_t spooled = 0;
    MemoryBudget memory{std::uint64_t{256} << 20};  // for the segments of all jobs
};

}  // namespace catacomb::node
