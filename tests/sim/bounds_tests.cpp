// What a node holds for others stays under its named maxima: while clients ask for much and read nothing,
// while a peer asks and never listens, and in a storm of circuits. And what was pending ends once the network
// is whole again.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/oracles/bounds.hpp"
#include "tools/sim/oracles/liveness.hpp"
#include "tools/sim/stranger.hpp"

namespace catacomb::sim {
namespace {

using testing::replay;
using testing::seeds;

std::string any_violation(Cluster& cluster) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (!cluster.is_up(i)) continue;
        if (auto words = bounds_violation(cluster.core(i)); !words.empty())
            return concat(cluster.name(i), ": ", words);
    }
    return {};
}

std::size_t most_waiting(Cluster& cluster) {
    std::size_t out = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (cluster.is_up(i)) out = std::max(out, bytes_waiting(cluster.core(i)));
    }
    return out;
}

// Nothing reaches that node for so long, while it goes on sending.
void deafen(Cluster& cluster, std::size_t node, Duration length) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (i != node)
            cluster.world().network().clog(cluster.address(i).address, cluster.address(node).address, length);
    }
}

// Answers each request with so many bytes.
struct Answerer final : routing::FrameHandler {
    void on_frame(routing::Link& link, const routing::FrameView& frame, MutableBytes) override {
        CHECK(link.send_body(routing::FrameKind::rpc_response, frame.channel,
                             {routing::kFrameFirst, routing::kFrameLast, 0}, Bytes(size)));
    }
    void on_link_closed(routing::Link&) override {}

    std::size_t size = 0;
};

struct Asker : Stranger {
    using Stranger::Stranger;

    routing::Task<void> ask(routing::Method method = routing::Method::ping) {
        auto link = links.all().front();
        const auto deadline = runtime.now() + seconds(30);
        Bytes body;
        auto answer = co_await rpc.call_over(std::move(link), method, std::move(body), deadline);
        answered = answer ? Result<std::size_t>(answer->size()) : Result<std::size_t>(answer.error());
    }
    routing::LinkRpc rpc{runtime, links};
    std::optional<Result<std::size_t>> answered;
};

// The stranger's only link, to the network's first relay.
std::shared_ptr<routing::Link> link_to_first(Cluster& cluster, Stranger& stranger) {
    stranger.tasks.spawn(stranger.dial(cluster.address(0)));
    const auto met = [&] { return stranger.links.count() == 1 && stranger.tasks.count() == 0; };
    BOOST_REQUIRE(cluster.world().run_until(met, seconds(10)));
    return stranger.links.all().front();
}

routing::Task<Result<Bytes>> so_many_bytes(std::size_t size) { co_return Bytes(size); }

ClusterOptions six_relays() {
    ClusterOptions out;
    out.relays = 6;
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bounds)

// Proves: a client that asks for much and then reads nothing makes nobody hold more than the windows that
// were granted; when it hears again, all of its gets end well.
BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_held_back) {
    for (const auto seed : seeds(2)) {
        SimWorld world(seed);
        ClusterOptions options;
        options.relays = 10;
        options.clients = 1;
        Cluster cluster(world, options);
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), replay(seed));
        Bytes file(6'000'000);
        world.rng().fill(file);
        const auto report = cluster.insert(0, file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));

        LivenessOracle liveness;
        std::vector<FileJob> gets;
        for (int i = 0; i < 8; ++i) {
            gets.push_back(FileJob::get(cluster, 10, report->key));
            liveness.watch(gets.back());
        }
        // Deaf while much is on its way.
        const auto delivered = [&] {
            std::size_t out = 0;
            for (const auto& get : gets) out += get.delivered().size();
            return out;
        };
        BOOST_REQUIRE(world.run_until([&] { return delivered() >= file.size(); }, minutes(1)));
        deafen(cluster, 10, seconds(40));
        std::size_t most = 0;
        for (int i = 0; i < 400; ++i) {
            world.run_for(milliseconds(100));
            most = std::max(most, most_waiting(cluster));
            BOOST_REQUIRE_MESSAGE(any_violation(cluster) == "", any_violation(cluster)
                                                                    << "; " << replay(seed));
        }
        // Eight gets of three circuits each, a window in either queue of a relay on each of them; and windows
        // grow only while what comes leaves, as far as half of what the node lends to all that passes.
        const auto windows = 8 * 3 * 2 * routing::kCircuitWindow * routing::kFrameSize;
        BOOST_TEST(most < windows + routing::LinkLimits{}.transit_bytes / 2, replay(seed));
        BOOST_TEST(most > 0u, replay(seed));
        BOOST_TEST_MESSAGE("seed " << seed << ": at most " << most / 1024 << " KiB waited in one node");
        world.run_until([&] { return liveness.all_over(); }, minutes(5));
        BOOST_TEST(liveness.violation() == "", replay(seed));
        for (const auto& get : gets) {
            const auto outcome = get.outcome();
            BOOST_TEST(outcome.has_value(), outcome.error().text() << "; " << replay(seed));
        }
    }
}

// Proves: when more waits than a node will hold, what has stood still for longest is cut off, and whoever
// takes what he asked for notices nothing.
BOOST_AUTO_TEST_CASE(what_stands_still_is_cut_off_before_what_moves) {
    constexpr std::size_t kBudget = 1 << 20;  // bytes
    for (const auto seed : seeds(1)) {
        SimWorld world(seed);
        ClusterOptions options;
        options.relays = 10;
        options.clients = 2;
        options.adjust = [](std::size_t, node::NodeOptions& node) {
            node.link_limits.transit_bytes = kBudget;
        };
        Cluster cluster(world, options);
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), replay(seed));
        Bytes file(4'000'000);
        world.rng().fill(file);
        const auto report = cluster.insert(0, file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));

        LivenessOracle liveness;
        for (int i = 0; i < 12; ++i) liveness.watch(FileJob::get(cluster, 10, report->key));
        BOOST_REQUIRE(world.run_until([&] { return most_waiting(cluster) > kBudget / 2; }, seconds(30)));
        deafen(cluster, 10, seconds(20));
        const auto other = FileJob::get(cluster, 11, report->key);
        for (int i = 0; i < 200; ++i) {
            world.run_for(milliseconds(100));
            BOOST_REQUIRE_MESSAGE(any_violation(cluster) == "", any_violation(cluster)
                                                                    << "; " << replay(seed));
        }
        BOOST_TEST(other.is_over(), replay(seed));
        BOOST_TEST(other.outcome().has_value(), other.outcome().error().text() << "; " << replay(seed));
        std::uint64_t cut_off = 0;
        for (std::size_t i = 0; i < cluster.relays(); ++i)
            cut_off += cluster.core(i).links().holdings().cut_off();
        BOOST_TEST(cut_off > 0u, replay(seed));
        world.run_until([&] { return liveness.all_over(); }, minutes(5));
        BOOST_TEST(liveness.violation() == "", replay(seed));
    }
}

// Proves: a peer that begins requests and does not end them takes no more than a quarter of the room there is
// for all; where four have taken all of it others are refused and not cut off, a file goes in all the same,
// and in the end it is the dawdlers' requests that go, and not their links: circuits of others may be on
// them.
BOOST_AUTO_TEST_CASE(requests_that_never_end_have_one_budget) {
    SimWorld world(seeds(1).front());
    auto options = six_relays();
    options.adjust = [](std::size_t, node::NodeOptions& node) { node.link_limits.request_bytes = 4'000'000; };
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    auto& victim = cluster.core(0);
    const auto ours = victim.links().count();
    const Bytes body(190'000);
    std::uint32_t request = 0;
    const auto begin_a_request = [&](routing::Link& link) {
        CHECK(link.send_body(routing::FrameKind::rpc_request, ++request, {routing::kFrameFirst, 0, 0}, body));
        world.run_for(milliseconds(100));
        BOOST_REQUIRE_EQUAL(bounds_violation(victim), "");
    };
    std::vector<std::unique_ptr<Stranger>> strangers;
    std::vector<std::shared_ptr<routing::Link>> links;
    for (std::uint32_t i = 0; i < 4; ++i) {
        strangers.push_back(std::make_unique<Stranger>(cluster, Endpoint::v4(0x0b000001 + (i << 16), 0)));
        links.push_back(link_to_first(cluster, *strangers.back()));
        const auto before = victim.rpc().held();
        for (int begun = 0; begun < 10; ++begun) begin_a_request(*links.back());
        BOOST_TEST(victim.rpc().held() - before > 900'000u);
        BOOST_TEST(victim.rpc().held() - before < 1'100'000u);
    }
    BOOST_TEST(victim.rpc().held() > 3'700'000u);
    BOOST_TEST(victim.links().count() == ours + 4);
    Bytes file(1'000'000);
    world.rng().fill(file);
    const auto report = cluster.insert(1, file);
    BOOST_TEST(report.has_value(), report.error().text());
    for (const auto& link : links) BOOST_TEST(link->is_open());
    world.run_for(seconds(25));
    // Who needs room now is another one.
    Stranger late(cluster, Endpoint::v4(0x0c000001, 0));
    const auto link = link_to_first(cluster, late);
    begin_a_request(*link);
    begin_a_request(*link);
    BOOST_TEST(victim.rpc().held() < 500'000u);
    for (const auto& one : links) BOOST_TEST(one->is_open());
    BOOST_TEST(link->is_open());
    BOOST_TEST(victim.links().count() == ours + 5);
    for (auto& stranger : strangers) stranger->leave();
    late.leave();
    world.run_for(seconds(1));
}

// Proves: a request that is longer than any may be ends its link, and the longest that may be does not.
BOOST_AUTO_TEST_CASE(a_request_that_is_too_long_ends_its_link) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, six_relays());
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    Stranger stranger(cluster, Endpoint::v4(0x0b000001, 0));
    const auto link = link_to_first(cluster, stranger);
    constexpr std::size_t kLongest = 2 + routing::kRpcMaxBody;  // a method that nobody serves, and its body
    auto ask = [&, request = std::uint32_t{0}](std::size_t size) mutable {
        CHECK(link->send_body(routing::FrameKind::rpc_request, ++request,
                              {routing::kFrameFirst, routing::kFrameLast, 0}, Bytes(size, 0xff)));
        world.run_for(seconds(2));
        BOOST_TEST(cluster.core(0).rpc().held() == 0u);
    };
    ask(kLongest);
    BOOST_TEST(link->is_open());
    ask(kLongest + 1);
    BOOST_TEST(!link->is_open());
    stranger.leave();
    world.run_for(seconds(1));
}

// Proves: the same of an answer.
BOOST_AUTO_TEST_CASE(an_answer_that_is_too_long_ends_its_link) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, six_relays());
    const auto home = Endpoint::v4(0x0b000001, 4000);
    Stranger host(cluster, home);
    BOOST_REQUIRE(host.links.listen(home).has_value());
    Answerer answerer;
    host.links.set_rpc_handler(&answerer);
    Asker asker(cluster, Endpoint::v4(0x0c000001, 0));
    asker.tasks.spawn(asker.visit(home));
    BOOST_REQUIRE(
        world.run_until([&] { return asker.links.count() == 1 && asker.tasks.count() == 0; }, seconds(10)));
    const auto ask = [&](std::size_t size) {
        answerer.size = size;
        asker.tasks.spawn(asker.ask());
        BOOST_REQUIRE(world.run_until([&] { return asker.tasks.count() == 0; }, seconds(60)));
        return *asker.answered;
    };
    BOOST_TEST(ask(routing::kRpcMaxBody).value() == routing::kRpcMaxBody);
    const auto refused = ask(routing::kRpcMaxBody + 1);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().is(Code::unreachable), refused.error().text());
    BOOST_TEST(asker.links.count() == 0u);
    asker.leave();
    host.leave();
    host.links.set_rpc_handler(nullptr);
    world.run_for(seconds(1));
}

// Proves: an answer of our own that would be too long becomes a refusal, and ends nothing.
BOOST_AUTO_TEST_CASE(an_answer_of_ours_that_would_be_too_long_is_refused) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, six_relays());
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    std::size_t size = 0;
    const auto method = routing::Method::dial_back;  // which nobody serves
    cluster.core(0).rpc().serve(method, [&size](routing::RpcPeer, Bytes) { return so_many_bytes(size); });
    Asker asker(cluster, Endpoint::v4(0x0c000001, 0));
    link_to_first(cluster, asker);
    const auto ask = [&](std::size_t bytes) {
        size = bytes;
        asker.tasks.spawn(asker.ask(method));
        BOOST_REQUIRE(world.run_until([&] { return asker.tasks.count() == 0; }, seconds(60)));
        return *asker.answered;
    };
    const auto refused = ask(routing::kRpcMaxBody + 1);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().is(Code::limit), refused.error().text());
    BOOST_TEST(ask(routing::kRpcMaxBody).value() == routing::kRpcMaxBody);
    asker.leave();
    world.run_for(seconds(1));
}

// Proves: a peer that asks and asks and never reads the answers is cut off before they pile up.
BOOST_AUTO_TEST_CASE(a_peer_that_asks_and_never_listens_is_cut_off) {
    const auto seed = seeds(1).front();
    SimWorld world(seed);
    Cluster cluster(world, six_relays());
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto home = Endpoint::v4(0x0b000001, 0);
    Stranger stranger(cluster, home);
    const auto link = link_to_first(cluster, stranger);
    auto& victim = cluster.core(0);
    const auto links_before = victim.links().count();
    world.network().clog(cluster.address(0).address, home.address, seconds(50));
    Bytes ring_state(2);
    ring_state[0] = static_cast<std::uint8_t>(routing::Method::ring_state);
    std::size_t most = 0;
    for (std::uint32_t request = 1; request < 20'000 && victim.links().count() == links_before; ++request) {
        // What waits for the stranger's own line has a maximum, too.
        const bool sent = link->send_body(routing::FrameKind::rpc_request, request,
                                          {routing::kFrameFirst, routing::kFrameLast, 0}, ring_state);
        if (!sent || request % 20 == 0) world.run_for(milliseconds(20));
        BOOST_REQUIRE_EQUAL(bounds_violation(victim), "");
        most = std::max(most, bytes_waiting(victim));
    }
    BOOST_TEST(victim.links().count() < links_before);
    BOOST_TEST(most > 1'000'000u);
    BOOST_TEST(bytes_waiting(victim) < 1'000'000u);
    BOOST_TEST_MESSAGE("at most " << most / 1024 << " KiB waited for it");
    stranger.leave();
    world.run_for(seconds(1));
}

// Proves: strangers in numbers leave a node room for the links that it dials itself.
BOOST_AUTO_TEST_CASE(visitors_leave_room_for_links_of_our_own) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, six_relays());
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto home = Endpoint::v4(0x0b000001, 4000);
    routing::LinkLimits limits;
    limits.links = 8;
    Stranger host(cluster, home, limits);
    BOOST_REQUIRE(host.links.listen(home).has_value());
    std::vector<std::unique_ptr<Stranger>> crowd;
    for (std::uint32_t i = 0; i < 12; ++i) {
        crowd.push_back(std::make_unique<Stranger>(cluster, Endpoint::v4(0x0c000001 + (i << 16), 0)));
        crowd.back()->tasks.spawn(crowd.back()->visit(home));
    }
    world.run_for(seconds(20));
    BOOST_TEST(host.links.count() == 6u);
    host.tasks.spawn(host.dial(cluster.address(0)));
    BOOST_TEST(world.run_until([&] { return host.tasks.count() == 0; }, seconds(10)));
    BOOST_TEST(host.links.count() == 7u);
    for (auto& visitor : crowd) visitor->leave();
    host.leave();
    world.run_for(seconds(1));
}

// Proves: the bounds oracle objects to each thing that it counts.
BOOST_AUTO_TEST_CASE(the_bounds_oracle_catches_planted_faults) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, six_relays());
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    auto& node = cluster.core(0);
    BOOST_TEST(bounds_violation(node) == "");
    const auto link = node.links().all().front();
    link->circuits += node.links().limits().circuits;
    BOOST_TEST(bounds_violation(node) != "");
    link->circuits -= node.links().limits().circuits;
    BOOST_TEST(bounds_violation(node) == "");
}

// Proves: a network that breaks in two while files go in and out, and heals, ends every job, and then works.
BOOST_AUTO_TEST_CASE(all_that_is_pending_ends_after_a_partition) {
    for (const auto seed : seeds(2)) {
        SimWorld world(seed);
        Cluster cluster(world, {});
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), replay(seed));
        Bytes file(800'000);
        world.rng().fill(file);
        const auto report = cluster.insert(0, file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));

        std::set<Host> west, east;
        for (std::size_t i = 0; i < cluster.size(); ++i)
            (i % 2 ? west : east).insert(cluster.address(i).address);
        LivenessOracle liveness;
        for (std::size_t i = 0; i < cluster.size(); i += 3) {
            liveness.watch(FileJob::get(cluster, i, report->key));
            liveness.watch(FileJob::insert(cluster, i, file));
        }
        world.run_for(milliseconds(300));
        world.network().partition(west, east);
        world.run_for(minutes(2));
        world.network().heal();
        world.run_until([&] { return liveness.all_over(); }, minutes(10));
        BOOST_TEST(liveness.violation() == "", replay(seed));
        BOOST_TEST_MESSAGE("seed " << seed << ": " << liveness.succeeded() << " of 12 jobs succeeded");
        BOOST_TEST(cluster.settle(minutes(5)), "not whole again; " << replay(seed));
        const auto back = cluster.get(5, report->key);
        BOOST_CHECK_MESSAGE(back && *back == file, replay(seed));
    }
}

// Proves: the liveness oracle objects to a job that has not ended, and not once it has.
BOOST_AUTO_TEST_CASE(the_liveness_oracle_sees_what_is_pending) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, {});
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    LivenessOracle liveness;
    liveness.watch(FileJob::insert(cluster, 3, Bytes(100'000)));
    BOOST_TEST(!liveness.all_over());
    BOOST_TEST(liveness.violation() != "");
    BOOST_TEST(world.run_until([&] { return liveness.all_over(); }, minutes(1)));
    BOOST_TEST(liveness.violation() == "");
    BOOST_TEST(liveness.succeeded() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
