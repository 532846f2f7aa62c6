#include "tests/unit/routing/ring_town.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::tests {

using namespace routing;

namespace {
constexpr Duration kLatency = milliseconds(20);  // one way
}

RingTown::Node::Node(RingTown& of, sim::SimRuntime& with, std::vector<Endpoint> bootstrap, bool relay,
                     Endpoint at)
    : town(of), runtime(with), address(at) {
    if (relay) {
        identity = std::make_unique<TestRelay>(runtime.rng(), at, runtime.now());
        identity->fields.incarnation =
            static_cast<std::uint64_t>(runtime.now().time_since_epoch().count()) + 1;
        auto sign = [this](Time now) {
            identity->fields.published = now;
            identity->fields.expires = now + hours(24);
            return identity->sign();
        };
        own = std::make_unique<OwnDescriptor>(sign, runtime.now());
    }
    gossip = std::make_unique<Gossip>(Gossip::Parts{
        runtime, view, intake, calls, relay ? this : nullptr, own.get(), *this, std::move(bootstrap), {}});
    if (relay) ring = std::make_unique<Ring>(Ring::Parts{runtime, view, intake, *gossip, calls, *this, *own});
}

void RingTown::Node::start() {
    gossip->start();
    if (ring) ring->start();
}

Task<Result<Bytes>> RingTown::Node::call(DescriptorPtr peer, Method method, Bytes body, Time deadline) {
    auto promise = std::make_shared<Promise<Bytes>>(runtime);
    auto shared_body = std::make_shared<Bytes>(std::move(body));
    runtime.call_at(runtime.now() + kLatency, [this, peer, method, shared_body, promise] {
        for (const auto& node : town.nodes_) {
            if (node->dead || !node->is_relay() || node->id() != peer->id) continue;
            const auto handler = node->handlers.find(method);
            if (handler == node->handlers.end()) return promise->set(error(Code::refused));
            RpcPeer from;
            if (own) from.relay = own->current(runtime.now());
            return node->tasks.spawn(node->answer(handler->second, from, std::move(*shared_body), promise));
        }
        promise->set(error(Code::unreachable));
    });
    co_return co_await promise->wait(deadline);
}

Task<void> RingTown::Node::answer(RpcHandler handler, RpcPeer from, Bytes body, Answer to) {
    auto out = co_await handler(std::move(from), std::move(body));
    co_await sleep_for(runtime, kLatency);
    if (dead) co_return;
    if (!out) out = error(Code::refused);
    to->set(std::move(out));
}

Task<Result<DescriptorPtr>> RingTown::Node::introduce(Endpoint at, Time) {
    co_await sleep_for(runtime, 3 * kLatency);
    for (const auto& node : town.nodes_) {
        if (node->dead || !node->is_relay() || node->address != at) continue;
        if (node.get() == this) co_return error(Code::refused);
        co_return node->own->current(runtime.now());
    }
    co_return error(Code::unreachable);
}

RingTown::~RingTown() {
    world_.close();
    nodes_.clear();
}

RingTown::Node& RingTown::start_relay(std::size_t known) { return start(known, true); }
RingTown::Node& RingTown::start_client(std::size_t known) { return start(known, false); }

RingTown::Node& RingTown::start(std::size_t known, bool relay) {
    std::vector<Endpoint> bootstrap;
    for (std::uint32_t i = 0; i < known; ++i) bootstrap.push_back(test_address(i));
    const auto number = static_cast<std::uint32_t>(nodes_.size());
    const auto address = test_address(number);
    auto& runtime = world_.start("node " + std::to_string(number), address);
    nodes_.push_back(std::make_unique<Node>(*this, runtime, std::move(bootstrap), relay, address));
    nodes_.back()->start();
    return *nodes_.back();
}

void RingTown::crash(Node& node) {
    node.dead = true;
    world_.crash(node.runtime);
}

std::vector<RingTown::Node*> RingTown::live_relays() const {
    std::vector<Node*> out;
    for (const auto& node : nodes_)
        if (!node->dead && node->is_relay()) out.push_back(node.get());
    return out;
}

sim::RingMembers RingTown::members() const {
    sim::RingMembers out;
    for (const auto* node : live_relays()) {
        if (!node->ring->joined()) continue;
        auto& member = out[node->id()];
        const auto& table = node->ring->table();
        if (table.predecessor()) member.predecessor = table.predecessor()->id;
        for (const auto& relay : table.successors()) member.successors.push_back(relay->id);
    }
    return out;
}

bool RingTown::ideal() const {
    const auto all = members();
    return all.size() == live_relays().size() && sim::ring_is_ideal(all, test_network().successors);
}

bool RingTown::views_know_all() const {
    for (const auto& node : nodes_) {
        if (node->dead) continue;
        for (const auto* relay : live_relays())
            if (!node->view.find(relay->id())) return false;
    }
    return true;
}

namespace {
Task<void> look_up(Ring& ring, RingId target, unsigned paths, Time deadline,
                   std::shared_ptr<std::optional<Result<DescriptorPtr>>> out) {
    auto found = co_await ring.find_successor(target, deadline, paths);
    if (!found) BOOST_TEST_MESSAGE("lookup: " << found.error().text());
    out->emplace(std::move(found));
}
}  // namespace

DescriptorPtr RingTown::find(Node& from, RingId target, unsigned paths) {
    auto out = std::make_shared<std::optional<Result<DescriptorPtr>>>();
    from.tasks.spawn(look_up(*from.ring, target, paths, world_.now() + seconds(10), out));
    world_.run_until([&] { return out->has_value(); }, seconds(11));
    return out->has_value() && **out ? ***out : nullptr;
}

}  // namespace catacomb::tests
