// What meets a user at the door: a node that starts again without its bootstrap relays, one whose clock is
// wrong, and a network of which a part is dead.
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

using testing::seeds;

constexpr std::size_t kRelays = 9, kClient = kRelays, kBootstraps = 3;

ClusterOptions with_client() {
    ClusterOptions out;
    out.relays = kRelays;
    out.clients = 1;
    return out;
}

bool says(Cluster& cluster, std::size_t node, const std::string& words) {
    const auto warnings = node::warnings_of(cluster.core(node).status());
    return std::any_of(warnings.begin(), warnings.end(),
                       [&](const auto& one) { return one.find(words) != std::string::npos; });
}

// The client goes down, the bootstrap relays die, the client comes back.
bool comes_back(Cluster& cluster) {
    BOOST_REQUIRE(cluster.settle(minutes(3)));
    cluster.world().run_for(minutes(1));
    cluster.crash(kClient);
    for (std::size_t i = 0; i < kBootstraps; ++i) cluster.crash(i);
    cluster.start(kClient);
    return cluster.world().run_until([&] { return cluster.core(kClient).is_ready(); }, minutes(5));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(at_the_door)

// Proves: with all its bootstrap relays dead a client that starts again finds the network by the relays that
// it knew, and reads.
BOOST_AUTO_TEST_CASE(a_client_outlives_its_bootstrap_relays) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, with_client());
    BOOST_REQUIRE(cluster.settle(minutes(3)));
    Bytes file(20'000);
    world.rng().fill(file);
    const auto report = cluster.insert(kClient, file);
    BOOST_REQUIRE(report);
    BOOST_TEST(comes_back(cluster));
    const auto back = cluster.get(kClient, report->key);
    BOOST_REQUIRE(back);
    BOOST_TEST((*back == file));
}

// Proves: without what it knew it does not, so that the case above proves what it says.
BOOST_AUTO_TEST_CASE(a_client_that_forgets_every_relay_is_cut_off) {
    SimWorld world(seeds(1).front());
    auto options = with_client();
    options.at_start = [](std::size_t, node::NodeOptions& of) { of.known_relays = {}; };
    Cluster cluster(world, std::move(options));
    BOOST_TEST(!comes_back(cluster));
}

// Proves: a client whose clock is an hour behind is told so, with direction and size, though it can use no
// relay; and none whose clock is right is told anything.
BOOST_AUTO_TEST_CASE(a_clock_that_is_behind_is_named) {
    SimWorld world(seeds(1).front());
    auto options = with_client();
    options.clocks = {{kClient, -Duration(hours(1))}};
    Cluster cluster(world, std::move(options));
    const auto told = [&] { return says(cluster, kClient, "1 h 0 min behind"); };
    BOOST_TEST(world.run_until(told, minutes(3)));
    BOOST_TEST(!cluster.core(kClient).is_ready());
    const auto verdict = cluster.core(kClient).links().clock().verdict();
    BOOST_REQUIRE(verdict.has_value());
    BOOST_TEST((verdict->ahead > minutes(59) && verdict->ahead < minutes(61)));
    for (std::size_t i = 0; i < kRelays; ++i) BOOST_TEST(!says(cluster, i, "clock"), i);
}

// Proves: a relay whose clock is ahead, of which nobody believes anything, learns why.
BOOST_AUTO_TEST_CASE(a_clock_that_is_ahead_is_named) {
    SimWorld world(seeds(1).front());
    auto options = with_client();
    options.clocks = {{kRelays - 1, hours(3)}};
    Cluster cluster(world, std::move(options));
    const auto told = [&] { return says(cluster, kRelays - 1, "3 h 0 min ahead"); };
    BOOST_TEST(world.run_until(told, minutes(3)));
}

// Proves: a node of an earlier version, or of another network, is told what it meets, and joins nothing. Both
// are known by the keys of a link alone.
BOOST_AUTO_TEST_CASE(peers_of_another_version_are_named) {
    SimWorld world(seeds(1).front());
    auto options = with_client();
    options.adjust = [](std::size_t index, node::NodeOptions& of) {
        if (index == kClient) of.network = routing::NetworkParameters::testnet("of before");
    };
    Cluster cluster(world, std::move(options));
    world.run_for(minutes(1));
    auto& links = cluster.core(kClient).links();
    std::optional<Error> met;
    auto meeting = links.introduce(cluster.address(0), world.now() + minutes(1));
    routing::asio::co_spawn(links.runtime().executor(), std::move(meeting),
                            [&](std::exception_ptr, Result<routing::DescriptorPtr> relay) {
                                met = relay ? error(Code::exists) : relay.error();
                            });
    BOOST_REQUIRE(world.run_until([&] { return met.has_value(); }, minutes(2)));
    BOOST_TEST(met->text() == "it is of another version of this program, or of another network");
    BOOST_TEST(cluster.core(kClient).view().size() == 0U);
    BOOST_TEST(cluster.core(0).view().size() == kRelays);
}

// Proves: relays that are known and dead count for nothing in what a node says of its network.
BOOST_AUTO_TEST_CASE(the_dead_do_not_count) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, with_client());
    BOOST_REQUIRE(cluster.settle(minutes(3)));
    BOOST_TEST(says(cluster, 0, "only 9 relays are known"));
    for (std::size_t i = kRelays - 3; i < kRelays; ++i) cluster.crash(i);
    const auto noticed = [&] { return says(cluster, 0, "only 6 of 9 known relays answer"); };
    BOOST_TEST(world.run_until(noticed, minutes(10)));
    for (std::size_t i = kRelays - 3; i < kRelays; ++i) cluster.start(i);
    BOOST_TEST(world.run_until([&] { return says(cluster, 0, "only 9 relays are known"); }, minutes(10)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
