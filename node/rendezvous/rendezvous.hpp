// Rendezvous: what a relay does for the vaults registered at it (docs/spec/storage-messages.md 3, 4): takes
// registrations over circuits, and serves STORE, FETCH, HAVE and RENEW to exits by asking those vaults
// through theirs. It stores nothing and knows no vault's address. Relays only.
#pragma once

#include "node/protocol/inventory_list.hpp"
#include "node/protocol/registration.hpp"
#include "node/rendezvous/fetch.hpp"
#include "node/rendezvous/renew.hpp"
#include "node/rendezvous/store.hpp"

namespace catacomb::node {

class Rendezvous {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::RpcServer& server;
        ProofChecker& proofs;
        routing::NetworkParameters network;
        routing::NodeId self;
        routing::RegistryLimits limits;
    };
    explicit Rendezvous(Parts parts);

    // A vault's registration stream; runs as long as the registration lasts.
    Task<void> serve_registration(std::shared_ptr<routing::RelayCircuit> circuit, CircuitStreamPtr stream,
                                  Bytes request);
    // The answer to a ping that came by that circuit.
    Bytes pong(std::uint64_t circuit) const;
    const routing::Registry& registry() const { return sessions_.registry(); }
    void expire(Time now) { sessions_.expire(now); }
    Task<void> drained();

private:
    using CircuitPtr = std::shared_ptr<routing::RelayCircuit>;
    static Task<Result<Bytes>> refuse();
    Task<Result<wire::Registered>> enter(CircuitPtr circuit, wire::Register request);
    Task<void> take_inventory(std::uint64_t session, CircuitStreamPtr stream, unsigned bits);

    Parts parts_;
    Sessions sessions_;
    StoreAtVaults store_;
    FetchFromVaults fetch_;
    RenewAtVaults renew_;
};

}  // namespace catacomb::node
