// Gossip: keeps a View filled, by push-pull reconciliation with one random relay at a time
// (docs/spec/membership.md 3): every 10 s, every 0.2 s while the view still grows. Starts from addresses
// alone, and retries them patiently while nobody is known. A client (no own descriptor) pulls and serves
// nothing. One thread.
#pragma once

#include <set>

#include "routing/membership/exchange.hpp"
#include "routing/membership/introducer.hpp"
#include "routing/membership/known_relays.hpp"
#include "routing/membership/own_descriptor.hpp"
#include "routing/rpc.hpp"

namespace catacomb::routing {

class Gossip {
public:
    struct Parts {
        Runtime& runtime;
        View& view;
        Intake& intake;
        RpcCaller& caller;
        RpcServer* server;   // null on a client
        OwnDescriptor* own;  // null on a client
        Introducer& introducer;
        std::vector<Endpoint> bootstrap;
        KnownRelays known;  // from before, dialled while nobody is known: guards first, others last
        // Whom to exchange with; null: any relay of the view. A client names its guard, or before it has one
        // those that introduced it: it talks to nobody else.
        std::function<std::vector<DescriptorPtr>()> partners = nullptr;
    };
    explicit Gossip(Parts parts);

    void start();
    // Waits for the tasks to end, after the runtime closed.
    Task<void> drained() { return tasks_.drained(); }

    // Returns once the first exchange went through, or every bootstrap address was tried in vain once.
    Task<void> first_round();
    bool first_round_over() const { return first_round_over_; }
    // The last exchange changed nothing at either end, or in a large network less than one entry in a
    // hundred.
    bool settled() const { return settled_; }

private:
    Task<void> run();
    Task<void> bootstrap();
    Task<bool> try_strangers();
    Task<bool> meet_any(std::vector<Endpoint> addresses, bool one_is_enough);
    void tell_who_does_not_answer(Duration pause) const;
    std::vector<Endpoint> strangers() const;
    bool needs_strangers();
    Task<Result<std::size_t>> exchange(DescriptorPtr with);
    Task<Result<Bytes>> serve(RpcPeer from, Bytes body);
    Task<void> take_pushed(NodeId by, GossipRequest request);
    DescriptorPtr choose_partner();
    void refresh_own();
    void end_first_round();

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    Gate first_round_gate_;
    Gate news_;                 // cuts a pause short
    std::set<NodeId> pushing_;  // whose push is being checked
    TaskSet tasks_;
    bool first_round_over_ = false;
    bool settled_ = false;
    std::optional<Error> refusal_;  // of a relay that answered and could not be used
};

}  // namespace catacomb::routing
