// Registrar: keeps a vault registered, through 4-hop circuits of its own, at the relays that Targets names,
// and tells each of them, at its own pace, which blocks the vault has (docs/spec/storage-messages.md 4).
// Targets are chosen from the view alone: a lookup would tell who asks.
#pragma once

#include <functional>
#include <set>

#include "node/circuits/paths.hpp"
#include "node/protocol/inventory_list.hpp"
#include "node/protocol/vault_identity.hpp"
#include "node/vault/targets.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;

class Registrar {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        Paths& paths;
        const routing::NetworkParameters& network;
        const crypto::SignKeyPair& key;
        const VaultIdentity& identity;  // as it is when we register
        const routing::Inventory& inventory;
        std::uint32_t capacity_class = 0;
        std::function<void(CircuitStreamPtr)> serve;  // what a rendezvous opened
    };
    explicit Registrar(Parts parts);

    void start() { tasks_.spawn(keep_targets()); }
    Task<void> drained() { return tasks_.drained(); }

    // A block of that prefix came or went.
    void tell(routing::PositionPrefix prefix);
    const Targets& targets() const { return targets_; }

private:
    // One life of one registration.
    struct Session {
        Session(Runtime& runtime, routing::NodeId at, unsigned bits)
            : relay(at), teller(bits), news(runtime) {}
        bool is_over() const { return !circuit || circuit->is_closed(); }

        routing::NodeId relay;
        CircuitPtr circuit;
        CircuitStreamPtr stream;
        InventoryTeller teller;
        routing::Gate news;  // there is more to tell, or nobody to tell it to
    };
    using SessionPtr = std::shared_ptr<Session>;

    Task<void> keep_targets();
    void choose_targets();
    Task<void> keep_registered(routing::NodeId relay);
    Task<bool> pause(routing::NodeId relay);
    Task<Result<>> register_once(SessionPtr session);
    Task<void> tell_all(SessionPtr session);
    enum class End { broken, of_age };
    Task<End> watch(SessionPtr session);
    void close(Session& session);
    void heard_pong(const routing::NodeId& relay, Bytes bytes);
    // Once, when it begins.
    void warn_of_share();
    void warn_of_twin(const routing::NodeId& relay);

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    Targets targets_;
    std::set<routing::NodeId> kept_;                  // a task of ours works at each
    std::map<routing::NodeId, SessionPtr> sessions_;  // the newest at each of them
    routing::Gate changed_;
    bool over_share_ = false;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
