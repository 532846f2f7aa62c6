// Vault: a pseudonymous store without an address (docs/spec/storage-messages.md 4). A Registrar keeps it
// registered at the relays that follow its id on the ring; a BlockServer answers what comes down those
// circuits. It dials out and listens to nothing.
#pragma once

#include "node/vault/block_server.hpp"
#include "node/vault/registrar.hpp"

namespace catacomb::node {

class Vault {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        Paths& paths;
        routing::NetworkParameters network;
        storage::BlockStore& store;
        crypto::SignKeyPair key;
        VaultIdentity identity;
        std::uint32_t capacity_class = 0;
    };
    explicit Vault(Parts parts);

    // Reads the inventory and begins to register.
    Result<> start();
    Task<void> drained();

    struct Status {
        std::size_t registrations = 0, wanted = 0;
        storage::Usage usage;
    };
    Status status() const;
    // Shown from now on; who has seen the last one keeps us registered by it.
    void renew(const routing::IdentityProofs& proofs) { parts_.identity.proofs = proofs; }
    const routing::VaultId& id() const { return id_; }

private:
    Parts parts_;
    routing::VaultId id_;
    VaultInventory inventory_;
    BlockServer server_;
    Registrar registrar_;
};

}  // namespace catacomb::node
