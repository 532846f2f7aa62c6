// Proves that the drivers, on virtual time and with real descriptors, make a ring and equal views out of
// relays that know a few addresses: within seconds at birth, after crashes, restarts and late arrivals; that
// clients learn and are not learnt of; and that dead bootstrap relays are retried until they answer.
#include <boost/test/unit_test.hpp>

#include "tests/unit/routing/ring_town.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;

namespace {

bool settles(RingTown& town, Duration limit) {
    return town.run_until([&] { return town.ideal() && town.views_know_all(); }, limit);
}

void check_lookups(RingTown& town, Rng& rng, int count) {
    const auto members = town.members();
    const auto relays = town.live_relays();
    for (int i = 0; i < count; ++i) {
        const auto target = rng.opaque<RingId>();
        const auto found = town.find(*rng.pick(relays), target, 1 + i % 3);
        BOOST_REQUIRE(found);
        BOOST_REQUIRE(found->id == sim::ring_owner(members, target));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_drivers)

BOOST_AUTO_TEST_CASE(sixteen_relays_settle_within_seconds) {
    RingTown town(1);
    for (int i = 0; i < 16; ++i) town.start_relay(3);
    const auto began = town.world().now();
    BOOST_REQUIRE(settles(town, seconds(30)));
    const auto took = in_seconds(town.world().now() - began);
    BOOST_TEST_MESSAGE("16 relays: every view and every pointer right after " << took << " virtual seconds");
    BOOST_TEST(took < 6);
    for (const auto* relay : town.live_relays()) BOOST_TEST(relay->ring->complete());
    crypto::SeededRng rng(1);
    check_lookups(town, rng, 60);
}

BOOST_AUTO_TEST_CASE(one_alone_is_a_ring_and_grows) {
    RingTown town(2);
    auto& first = town.start_relay(1);  // its only bootstrap address is its own
    BOOST_REQUIRE(town.run_until([&] { return first.ring->joined(); }, seconds(10)));
    BOOST_CHECK(town.find(first, RingId{}) == first.own->current(town.world().now()));
    for (std::size_t n = 2; n <= 6; ++n) {
        town.start_relay(1);
        BOOST_REQUIRE_MESSAGE(settles(town, seconds(30)), n);
    }
    crypto::SeededRng rng(2);
    check_lookups(town, rng, 20);
}

BOOST_AUTO_TEST_CASE(crashes_and_late_arrivals_are_healed) {
    RingTown town(3);
    for (int i = 0; i < 40; ++i) town.start_relay(3);
    BOOST_REQUIRE(settles(town, seconds(60)));
    const auto began = town.world().now();
    for (std::size_t i = 5; i < 40; i += 3) town.crash(*town.nodes()[i]);
    crypto::SeededRng rng(3);
    check_lookups(town, rng, 20);  // before anybody has repaired anything
    BOOST_REQUIRE(settles(town, minutes(5)));
    BOOST_TEST_MESSAGE("13 of 40 crashed: every pointer right again after "
                       << in_seconds(town.world().now() - began) << " virtual seconds");
    for (int i = 0; i < 5; ++i) town.start_relay(3);
    BOOST_REQUIRE(settles(town, seconds(60)));
    check_lookups(town, rng, 20);
}

BOOST_AUTO_TEST_CASE(two_towns_become_one) {
    RingTown town(4);
    town.start_relay(0);
    town.start_relay(1);
    town.start_relay(1);
    town.start_relay(0);  // a second founder, who knows nobody
    BOOST_REQUIRE(town.run_until([&] { return town.members().size() == 4; }, seconds(20)));
    BOOST_TEST(!town.ideal());
    town.start_relay(4);  // knows both
    const auto began = town.world().now();
    BOOST_REQUIRE(settles(town, minutes(5)));
    BOOST_TEST_MESSAGE("two rings became one in " << in_seconds(town.world().now() - began)
                                                  << " virtual seconds");
}

BOOST_AUTO_TEST_CASE(clients_learn_and_stay_unknown) {
    RingTown town(5);
    for (int i = 0; i < 8; ++i) town.start_relay(2);
    auto& client = town.start_client(2);
    BOOST_REQUIRE(settles(town, seconds(30)));
    BOOST_TEST(client.view.size() == 8U);
    BOOST_TEST(client.handlers.empty());
    town.run_for(minutes(1));
    for (const auto* relay : town.live_relays()) BOOST_TEST(relay->view.size() == 8U);
}

BOOST_AUTO_TEST_CASE(dead_bootstrap_relays_are_retried) {
    RingTown town(6);
    auto& dead = town.start_relay(0);
    town.crash(dead);
    auto& client = town.start_client(2);  // the other one is the client's own address: nobody there either
    town.run_for(minutes(10));
    BOOST_TEST(client.view.size() == 0U);
    BOOST_TEST(client.gossip->first_round_over());
    dead.address = Endpoint{};
    auto& relay = town.start_relay(0);
    relay.address = test_address(0);
    BOOST_TEST(town.run_until([&] { return client.view.size() == 1; }, seconds(80)));
}

BOOST_AUTO_TEST_CASE(descriptors_are_renewed_before_they_expire) {
    RingTown town(7);
    for (int i = 0; i < 4; ++i) town.start_relay(1);
    BOOST_REQUIRE(settles(town, seconds(30)));
    town.run_for(hours(30));
    BOOST_TEST(town.ideal());
    const auto now = town.world().now();
    for (const auto* relay : town.live_relays()) {
        BOOST_TEST(relay->view.live(now).size() == 4U);
        for (const auto& held : relay->ring->table().successors()) BOOST_TEST(held->valid_at(now));
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_is_the_same_story) {
    const auto story = [](std::uint64_t seed) {
        RingTown town(seed);
        for (int i = 0; i < 12; ++i) town.start_relay(2);
        town.run_for(seconds(3));
        crypto::Hasher h(crypto::label::kTrace);
        for (const auto& [id, member] : town.members()) {
            h.fixed(id);
            for (const auto& successor : member.successors) h.fixed(successor);
        }
        return std::make_pair(town.world().events(), h.digest());
    };
    BOOST_CHECK(story(8) == story(8));
    BOOST_CHECK(story(8) != story(9));
}

BOOST_AUTO_TEST_SUITE_END()
