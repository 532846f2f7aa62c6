// Rendezvous: what a relay does for the vaults registered at it (docs/spec/storage-messages.md 3, 4): takes
// registrations over circuits, and serves STORE, FETCH and HAVE to exits by asking those vaults through
// theirs. It stores nothing and knows no vault's address. Relays only.
#pragma once

#include <deque>

#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/registration.hpp"
#include "routing/membership/view.hpp"
#include "routing/onion/relay_circuit.hpp"
#include "routing/rendezvous/registry.hpp"
#include "routing/rpc.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;
using routing::Runtime;
using routing::Task;

// How often blocks of a segment were stored or declined lately, by the first 8 bytes of its root; the oldest
// root makes room.
class RecentRoots {
public:
    void insert(const storage::Root& root);
    unsigned count(const storage::Root& root) const;

private:
    std::map<std::uint64_t, unsigned> counts_;
    std::deque<std::uint64_t> order_;
};

class Rendezvous {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::RpcServer& server;
        routing::NetworkParameters network;
        routing::NodeId self;
    };
    explicit Rendezvous(Parts parts);

    // A vault's registration stream; runs as long as the registration lasts.
    Task<void> serve_registration(std::shared_ptr<routing::RelayCircuit> circuit, CircuitStreamPtr stream,
                                  Bytes request);
    const routing::Registry& registry() const { return registry_; }
    void expire(Time now) { registry_.expire(now); }

private:
    struct Session {
        std::shared_ptr<routing::RelayCircuit> circuit;
        RecentRoots roots;  // of which the vault has blocks: siblings go elsewhere
        bool full = false;  // when it was last offered a block
    };

    Task<Result<routing::RegisteredVault>> check_registration(std::shared_ptr<routing::RelayCircuit> circuit,
                                                              wire::Register request);
    Task<void> take_inventory(std::uint64_t session, CircuitStreamPtr stream);
    void end_session(std::uint64_t session);

    // Exits ask, and every exit is a relay: whoever shows no descriptor is refused.
    Task<Result<Bytes>> serve_store(routing::RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_fetch(routing::RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_have(routing::RpcPeer from, Bytes body);

    struct Candidate {
        routing::RegisteredVault vault;
        double score = 0;
        bool holds = false;     // this very block
        unsigned siblings = 0;  // of the segment: stores and refusals that went through here
        bool full = false;
    };
    std::vector<Candidate> candidates(const storage::BlockId& block) const;
    // nullopt: this vault will not take it; the next one is asked.
    Task<std::optional<wire::Acknowledgement>> offer(const routing::RegisteredVault& vault,
                                                     const Asked& asked, const Bytes& bytes,
                                                     bool avoid_siblings, bool body_follows);
    Task<Result<Bytes>> request(std::uint64_t session, const storage::BlockId& block, Time deadline);
    void note_sibling(std::uint64_t session, const storage::Root& root);
    void note_full(std::uint64_t session, bool full);
    void note_stored(std::uint64_t session, const storage::BlockId& block);
    Result<CircuitStreamPtr> open_to(std::uint64_t session);

    Parts parts_;
    routing::Registry registry_;
    ProofChecker proofs_;
    std::map<std::uint64_t, Session> sessions_;
    routing::Gate registered_;  // opened when a vault has registered
};

}  // namespace catacomb::node
