// Proves, with real links on a simulated network: a relay is reached at its second address while the first is
// silent; all who want a link to a relay get the same one, each by his own deadline; and who answers in a
// relay's stead is not it.
#include <boost/test/unit_test.hpp>

#include "routing/link/links.hpp"
#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::routing {
namespace {

// Where no host was ever started, nobody answers and nobody refuses.
const auto kFirst = tests::test_address(1), kSecond = tests::test_address(2);

struct Host {
    Host(sim::SimWorld& world, const Endpoint& at)
        : runtime(world.start("host " + at.text(), at)), relay(runtime.rng(), at, runtime.now()) {
        CHECK(links.listen(at).has_value());
    }
    LinksConfig config() {
        auto key = crypto::AgreeKeyPair::generate(runtime.rng());
        relay.fields.link_key = key.public_key;
        return {tests::test_network(), std::move(key), [this] { return relay.descriptor()->encoded; }, {}};
    }
    // Its descriptor, were it at these addresses.
    DescriptorPtr at(std::vector<Endpoint> addresses) {
        auto fields = relay.fields;
        fields.addresses = std::move(addresses);
        return sign_descriptor(std::move(fields), relay.key, tests::test_network()).value();
    }

    sim::SimRuntime& runtime;
    tests::TestRelay relay;
    ProofChecker proofs{runtime};
    Links links{runtime, proofs, config()};
};

struct Street {
    sim::SimWorld world{1};
    Host here{world, tests::test_address(0)}, there{world, kSecond};
    TaskSet tasks{here.runtime};
    using Outcome = std::optional<Result<std::shared_ptr<Link>>>;

    ~Street() {
        for (auto* host : {&here, &there}) {
            host->runtime.close();
            host->links.close_all();
        }
        world.close();
    }
    Task<void> reach(DescriptorPtr peer, Duration limit, Outcome& out) {
        out = co_await here.links.to(std::move(peer), here.runtime.now() + limit);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dials, Street)

BOOST_AUTO_TEST_CASE(the_second_address_while_the_first_is_silent) {
    Outcome out;
    tasks.spawn(reach(there.at({kFirst, kSecond}), seconds(5), out));
    BOOST_TEST_REQUIRE(world.run_until([&] { return out.has_value(); }, seconds(6)));
    BOOST_TEST_REQUIRE(out->has_value());
    BOOST_TEST(((**out)->remote() == kSecond));
}

BOOST_AUTO_TEST_CASE(who_is_in_a_hurry_cuts_nobody_short) {
    Outcome hurried, patient, late;
    const auto peer = there.at({kFirst, kSecond});
    tasks.spawn(reach(peer, milliseconds(500), hurried));
    tasks.spawn(reach(peer, seconds(5), patient));
    BOOST_TEST_REQUIRE(world.run_until([&] { return patient.has_value(); }, seconds(6)));
    BOOST_TEST_REQUIRE(hurried.has_value());
    BOOST_TEST((hurried->has_error() && hurried->error().is(Code::timed_out)));
    BOOST_TEST_REQUIRE(patient->has_value());
    tasks.spawn(reach(peer, seconds(5), late));
    BOOST_TEST_REQUIRE(world.run_until([&] { return late.has_value(); }, seconds(6)));
    BOOST_TEST((late->has_value() && **late == **patient));
}

BOOST_AUTO_TEST_CASE(another_relay_at_its_address_is_not_it) {
    Host other(world, kFirst);
    Outcome out;
    tasks.spawn(reach(there.at({kFirst}), seconds(5), out));
    BOOST_TEST_REQUIRE(world.run_until([&] { return out.has_value(); }, seconds(6)));
    BOOST_TEST((out->has_error() && out->error().is(Code::unreachable)));
    other.runtime.close();
    other.links.close_all();
    world.run_for(seconds(1));
}

// It names the other's key and address as its own.
BOOST_AUTO_TEST_CASE(another_relays_link_is_not_its) {
    tests::TestRelay ghost(here.runtime.rng(), kSecond, here.runtime.now());
    auto fields = ghost.fields;
    fields.link_key = there.relay.fields.link_key;
    fields.addresses = {kSecond};
    const auto descriptor = sign_descriptor(std::move(fields), ghost.key, tests::test_network()).value();
    Outcome out;
    tasks.spawn(reach(descriptor, seconds(5), out));
    BOOST_TEST_REQUIRE(world.run_until([&] { return out.has_value(); }, seconds(6)));
    BOOST_TEST((out->has_error() && out->error().is(Code::unreachable)));
    Outcome itself;
    tasks.spawn(reach(there.at({kSecond}), seconds(5), itself));
    BOOST_TEST_REQUIRE(world.run_until([&] { return itself.has_value(); }, seconds(6)));
    BOOST_TEST(itself->has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
