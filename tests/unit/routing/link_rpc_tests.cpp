// Proves, with real links on a simulated network: a request that is given up ends at the other end too, and
// no number of them ends the link; a link whose other end is gone is closed by its own probe, and one over
// which nothing but a probe passes is not; and each link numbers its requests by itself.
#include "routing/link/link_rpc.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::routing {
namespace {

struct Host {
    Host(sim::SimWorld& world, const Endpoint& at)
        : address(at),
          runtime(world.start("host " + at.text(), at)),
          relay(runtime.rng(), at, runtime.now()) {
        CHECK(links.listen(at).has_value());
    }
    LinksConfig config() {
        auto key = crypto::AgreeKeyPair::generate(runtime.rng());
        relay.fields.link_key = key.public_key;
        return {tests::test_network(), std::move(key), [this] { return relay.descriptor()->encoded; }, {}};
    }
    DescriptorPtr descriptor() {
        return sign_descriptor(relay.fields, relay.key, tests::test_network()).value();
    }

    Endpoint address;
    sim::SimRuntime& runtime;
    tests::TestRelay relay;
    ProofChecker proofs{runtime};
    Links links{runtime, proofs, config()};
    LinkRpc rpc{runtime, links};
};

struct Street {
    sim::SimWorld world{1};
    Host here{world, tests::test_address(0)}, there{world, tests::test_address(1)},
        beyond{world, tests::test_address(2)};
    TaskSet tasks{here.runtime};
    std::vector<RpcPeer> askers;  // of the slow method
    std::vector<Code> outcomes;   // Code::exists: an answer

    Street() {
        there.rpc.serve(Method::fetch, [this](RpcPeer from, Bytes) { return sleep_long(std::move(from)); });
        for (auto* host : {&there, &beyond})
            host->rpc.serve(Method::ping, [this](RpcPeer from, Bytes) { return at_once(std::move(from)); });
        ask(there, Method::ping, seconds(5));
        BOOST_TEST_REQUIRE(ended(seconds(6)));
        askers.clear();
        outcomes.clear();
    }
    ~Street() {
        for (auto* host : {&here, &there, &beyond}) {
            host->runtime.close();
            host->links.close_all();
        }
        world.close();
    }
    Task<Result<Bytes>> sleep_long(RpcPeer from) {
        askers.push_back(std::move(from));
        co_await sleep_for(there.runtime, seconds(30));
        co_return Bytes{1};
    }
    Task<Result<Bytes>> at_once(RpcPeer from) {
        askers.push_back(std::move(from));
        co_return Bytes{};
    }
    void ask(Host& whom, Method method, Duration limit) {
        tasks.spawn(call(whom.descriptor(), method, limit));
    }
    Task<void> call(DescriptorPtr peer, Method method, Duration limit) {
        Bytes body;
        const auto answer =
            co_await here.rpc.call(std::move(peer), method, std::move(body), here.runtime.now() + limit);
        outcomes.push_back(answer ? Code::exists : answer.error().code);
    }
    bool ended(Duration limit) {
        return world.run_until([this] { return tasks.count() == 0; }, limit);
    }
    std::shared_ptr<Link> link() { return here.links.all().front(); }
    // Until the link is closed, looking at it as a node does. How long that took.
    Duration watch(Duration limit) {
        const auto began = world.now();
        while (world.now() - began < limit && link_is_open()) {
            world.run_for(seconds(2));
            for (auto* host : {&here, &there}) host->links.look_after(host->runtime.now());
        }
        return world.now() - began;
    }
    bool link_is_open() { return here.links.count() == 1 && link()->is_open(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(link_rpc, Street)

BOOST_AUTO_TEST_CASE(a_request_that_is_given_up_ends_at_the_other_end) {
    ask(there, Method::fetch, seconds(1));
    BOOST_TEST_REQUIRE(world.run_until([&] { return askers.size() == 1; }, seconds(1)));
    BOOST_TEST(askers.front().is_wanted());
    BOOST_TEST_REQUIRE(ended(seconds(2)));
    BOOST_TEST((outcomes == std::vector{Code::timed_out}));
    BOOST_TEST(world.run_until([&] { return !askers.front().is_wanted(); }, seconds(1)));
    world.run_for(seconds(40));
    BOOST_TEST(link_is_open());
}

// What runs for those who gave it up counts until it ends; more is refused, and cuts nobody off.
BOOST_AUTO_TEST_CASE(no_number_of_them_ends_the_link) {
    const auto most = LinkLimits{}.outstanding_rpcs;
    for (int i = 0; i < 5; ++i) {
        for (std::size_t n = 0; n < most; ++n) ask(there, Method::fetch, milliseconds(500));
        BOOST_TEST_REQUIRE(ended(seconds(2)));
        BOOST_TEST_REQUIRE(link_is_open());
    }
    BOOST_TEST(askers.size() == most);
    BOOST_TEST(std::count(outcomes.begin(), outcomes.end(), Code::busy) > 0);
    world.run_for(seconds(40));
    outcomes.clear();
    ask(there, Method::ping, seconds(5));
    BOOST_TEST_REQUIRE(ended(seconds(6)));
    BOOST_TEST((outcomes == std::vector{Code::exists}));
}

BOOST_AUTO_TEST_CASE(who_is_gone_is_found_out_by_the_links_own_probe) {
    world.network().partition({here.address.address}, {there.address.address});
    ask(there, Method::ping, milliseconds(10));
    BOOST_TEST_REQUIRE(ended(seconds(1)));
    const auto took = watch(minutes(1));
    BOOST_TEST(!link_is_open());
    BOOST_TEST((took >= Pulse::kQuiet + Pulse::kPatience));
    BOOST_TEST((took <= seconds(30)));
}

BOOST_AUTO_TEST_CASE(who_lives_and_says_nothing_is_not) {
    ask(there, Method::fetch, seconds(25));
    watch(seconds(70));
    BOOST_TEST(link_is_open());
    BOOST_TEST((outcomes == std::vector{Code::timed_out}));
}

BOOST_AUTO_TEST_CASE(each_link_counts_its_own_requests) {
    for (int i = 0; i < 3; ++i) ask(there, Method::ping, seconds(5));
    BOOST_TEST_REQUIRE(ended(seconds(6)));
    ask(beyond, Method::ping, seconds(5));
    BOOST_TEST_REQUIRE(ended(seconds(6)));
    BOOST_TEST(askers.at(2).request == 4u);
    BOOST_TEST(askers.at(3).request == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
