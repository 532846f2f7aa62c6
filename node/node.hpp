// Node: a NodeCore with a data directory: configuration in, identity and vault store opened, guards and
// known relays saved.
// What the daemon runs.
#pragma once

#include "node/config/config.hpp"
#include "node/core.hpp"
#include "node/identity.hpp"
#include "node/known_relays.hpp"
#include "node/runtime/asio_runtime.hpp"
#include "storage/store/vault_store.hpp"

namespace catacomb::node {

class Node {
public:
    // `client_hops`: fewer only in a test that must notice it.
    Node(const Config& config, AsioRuntime& runtime, std::size_t client_hops = kClientHops);

    // Opens what is on the disk, listens and starts. Errors are sentences for the operator.
    Result<> start();
    // Requires: started.
    Service& service() { return core_->service(); }
    // After Runtime::close().
    Task<void> close();

private:
    NodeOptions options();
    void keep_ticket(routing::IdentityKind kind, const routing::IdentityProofs& proofs);
    void save();
    Result<> open_vault(NodeOptions& options);
    Task<void> save_whom_we_know();
    void save_relays();
    Task<void> save_proofs();

    Config config_;
    AsioRuntime& runtime_;
    const std::size_t client_hops_;
    routing::NetworkParameters network_;
    std::optional<FileSeal> seal_;
    std::optional<Identity> identity_;
    KnownRelays known_relays_;
    std::uint64_t proofs_saved_ = 0;  // KnownProofs::version
    std::unique_ptr<storage::VaultStore> store_;
    std::optional<NodeCore> core_;
    routing::TaskSet tasks_;
};

// The network that a configuration names.
routing::NetworkParameters network_of(const Config& config);

}  // namespace catacomb::node
