// TicketKeeper: makes the next ticket of each of this node's identities when the identity's own epoch begins,
// while the node runs. The work is done on a worker in small pieces, so that the disk keeps its turn and a
// node that stops does not wait for it; until it is done the last ticket still counts. One thread.
#pragma once

#include "routing/gate.hpp"
#include "routing/network.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;

class TicketKeeper {
public:
    // `network` outlives it.
    TicketKeeper(Runtime& runtime, const routing::NetworkParameters& network);

    // Calls `renewed` with each new ticket from now on.
    using Renewed = std::function<void(const routing::IdentityProofs&)>;
    void keep(routing::RingId id, routing::IdentityProofs proofs, Renewed renewed);
    Task<void> drained() { return tasks_.drained(); }

private:
    Task<void> keep_one(routing::RingId id, routing::IdentityProofs proofs, Renewed renewed);
    Task<Result<crypto::Pow>> mint(crypto::Digest subject);

    Runtime& runtime_;
    const routing::NetworkParameters& network_;
    std::unique_ptr<Rng> rng_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
