// What the client's jobs stand on: the node's parts, by reference. They outlive every job.
#pragma once

#include "node/circuits/exit_set.hpp"
#include "node/client/job.hpp"
#include "node/protocol/acknowledgement.hpp"

namespace catacomb::node {

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
};

}  // namespace catacomb::node
