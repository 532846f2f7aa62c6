// What the client's jobs stand on: the node's parts, by reference. They outlive every job.
#pragma once

#include "node/client/circuit_pool.hpp"
#include "node/client/job.hpp"
#include "routing/network.hpp"

namespace catacomb::node {

struct ClientParts {
    Runtime& runtime;
    CircuitPool& pool;
    Paths& paths;
    routing::NetworkParameters network;
    crypto::Key256 convergence_secret;
    std::string spool_directory;
};

}  // namespace catacomb::node
