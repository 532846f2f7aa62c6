// NodeCore: every service of one node, composed over a Runtime: the same object runs in a daemon and in the
// simulator. It has no files, no HTTP and no clock of its own. Built in floor order, closed in reverse; one
// thread.
#pragma once

#include "node/circuits/partners.hpp"
#include "node/circuits/second_opinion.hpp"
#include "node/client/client.hpp"
#include "node/exit/exit.hpp"
#include "node/onion_keys.hpp"
#include "node/rendezvous/rendezvous.hpp"
#include "node/status.hpp"
#include "node/tickets.hpp"
#include "node/vault/vault.hpp"
#include "routing/link/link_rpc.hpp"
#include "routing/membership/attentive_caller.hpp"
#include "routing/membership/gossip.hpp"
#include "routing/ring/ring.hpp"

namespace catacomb::node {

class NodeCore {
public:
    NodeCore(Runtime& runtime, NodeOptions options);
    ~NodeCore();

    // Listens (a relay) and starts every service. Code::io when the address cannot be had.
    Result<> start();
    // After Runtime::close(): waits until every task has ended.
    Task<void> close();

    Service& service() { return client_; }
    bool is_relay() const { return relay_.has_value(); }
    bool is_ready() const;
    StatusFacts status() const;
    CircuitFacts circuit_facts();

    routing::View& view() { return view_; }
    routing::Links& links() { return links_; }
    routing::LinkRpc& rpc() { return rpc_; }
    routing::Circuits& circuits() { return circuits_; }
    routing::Ring* ring() { return relay_ ? &relay_->ring : nullptr; }
    const Exit* exit() const { return relay_ ? &relay_->exit : nullptr; }
    Rendezvous* rendezvous() { return relay_ ? &relay_->rendezvous : nullptr; }
    Vault* vault() { return vault_ ? &*vault_ : nullptr; }
    Paths& paths() { return paths_; }
    routing::ProofChecker& proofs() { return proofs_; }
    const NodeOptions& options() const { return options_; }
    // Whom to dial in the next life; `last` is what was kept before.
    routing::KnownRelays known_relays(const routing::KnownRelays& last);
    std::optional<routing::Endpoint> listening_at() const { return links_.listening_at(); }

private:
    // What only a relay has.
    struct RelayParts {
        explicit RelayParts(NodeCore& node);
        routing::Ring ring;
        Rendezvous rendezvous;
        Exit exit;
    };

    routing::LinksConfig links_config();
    std::optional<routing::RelayIdentity> relay_identity() const;
    void make_relay_parts();
    void keep_tickets();
    void renew(routing::IdentityKind kind, const routing::IdentityProofs& proofs);
    Task<void> serve_endpoint(std::shared_ptr<routing::RelayCircuit> circuit, CircuitStreamPtr stream);
    Task<void> keep_house();
    Task<void> watch_links();

    Runtime& runtime_;
    NodeOptions options_;
    std::optional<routing::OwnDescriptor> own_;
    std::optional<OnionKeys> onion_keys_;
    routing::View view_;
    routing::ProofChecker proofs_;
    routing::Links links_;
    routing::LinkRpc rpc_;
    routing::AttentiveCaller calls_;
    routing::Intake intake_;
    routing::Circuits circuits_;
    Paths paths_;
    Partners partners_;
    routing::Gossip gossip_;
    std::optional<RelayParts> relay_;
    std::optional<Vault> vault_;
    std::optional<SecondOpinion> opinion_;  // a relay has many who gossip with it
    CircuitPool pool_;
    Client client_;
    TicketKeeper tickets_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
