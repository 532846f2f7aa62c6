// RingTown: whole Ring and Gossip drivers on a simulated world's clock, with requests handed over by the town
// instead of links. Descriptors are real. A crashed relay's callers hear "unreachable" after the latency.
#pragma once

#include <map>
#include <memory>

#include "routing/membership/attentive_caller.hpp"
#include "routing/ring/ring.hpp"
#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/oracles/ring_oracle.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::tests {

class RingTown {
public:
    struct Node;

    explicit RingTown(std::uint64_t seed) : world_(seed) {}
    ~RingTown();

    // A relay (or a client, which has no place on the ring) that starts now. The bootstrap relays are the
    // first `known` addresses.
    Node& start_relay(std::size_t known_addresses);
    Node& start_client(std::size_t known_addresses);
    void crash(Node& node);
    void run_for(Duration length) { world_.run_for(length); }
    bool run_until(const std::function<bool()>& condition, Duration limit) {
        return world_.run_until(condition, limit);
    }

    sim::SimWorld& world() { return world_; }
    const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
    std::vector<Node*> live_relays() const;
    sim::RingMembers members() const;
    bool ideal() const;
    // Every node's view holds exactly the live relays (or at least those).
    bool views_know_all() const;
    // What the owner of `target` is in the eyes of `from`; null on failure.
    routing::DescriptorPtr find(Node& from, routing::RingId target, unsigned paths = 1);

private:
    Node& start(std::size_t known_addresses, bool relay);

    sim::SimWorld world_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

struct RingTown::Node final : routing::RpcCaller, routing::RpcServer, routing::Introducer {
    Node(RingTown& of, sim::SimRuntime& with, std::vector<routing::Endpoint> bootstrap, bool relay,
         routing::Endpoint at);

    routing::Task<Result<Bytes>> call(routing::DescriptorPtr peer, routing::Method method, Bytes body,
                                      Time deadline) override;
    void serve(routing::Method method, routing::RpcHandler handler) override {
        handlers[method] = std::move(handler);
    }
    routing::Task<Result<routing::DescriptorPtr>> introduce(routing::Endpoint at, Time deadline) override;

    void start();
    bool is_relay() const { return own != nullptr; }
    const routing::NodeId& id() const { return own->id(); }

    RingTown& town;
    sim::SimRuntime& runtime;
    routing::Endpoint address;
    bool dead = false;
    std::map<routing::Method, routing::RpcHandler> handlers;
    std::unique_ptr<TestRelay> identity;
    routing::View view{test_network()};
    routing::AttentiveCaller calls{runtime, view, *this};
    routing::ProofChecker proofs{runtime};
    routing::Intake intake{runtime, view, proofs};
    std::unique_ptr<routing::OwnDescriptor> own;
    std::unique_ptr<routing::Gossip> gossip;
    std::unique_ptr<routing::Ring> ring;
    routing::TaskSet tasks{runtime};

private:
    using Answer = std::shared_ptr<routing::Promise<Bytes>>;
    routing::Task<void> answer(routing::RpcHandler handler, routing::RpcPeer from, Bytes body, Answer to);
};

}  // namespace catacomb::tests
