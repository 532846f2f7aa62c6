// What a network of 16 survives, on several seeds: the sudden loss of five nodes, a partition, and the loss
// of every bootstrap relay. A seed that fails prints how to replay it.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/jobs.hpp"

namespace catacomb::sim {
namespace {

using testing::replay;
using testing::seeds;

constexpr std::size_t kRelays = 16;
constexpr std::size_t kKilled = 5;

Bytes random_file(SimWorld& world, std::size_t size) {
    Bytes out(size);
    world.rng().fill(out);
    return out;
}

std::vector<std::size_t> some_others(SimWorld& world, std::size_t count, std::size_t than) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < kRelays; ++i) {
        if (i != than) out.push_back(i);
    }
    world.rng().shuffle(out);
    out.resize(count);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kill)

// Proves: a file of which five of sixteen nodes are killed at once is got by another node within 60 seconds
// of the killing, without anybody coming back; and within a few minutes the network is whole again without
// them, and still has the file.
BOOST_AUTO_TEST_CASE(a_file_outlives_five_of_sixteen_nodes) {
    for (const auto seed : seeds(10)) {
        SimWorld world(seed);
        Cluster cluster(world, {});
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), "not ready; " << replay(seed));
        const auto file = random_file(world, 6'000'000);
        const auto report = cluster.insert(world.rng().below(kRelays), file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));
        const auto getter = world.rng().below(kRelays);
        for (const auto node : some_others(world, kKilled, getter)) cluster.crash(node);
        const auto killed = world.now();
        const auto back = cluster.get(getter, report->key, seconds(60));
        BOOST_TEST_MESSAGE("seed " << seed << ": got after " << in_seconds(world.now() - killed)
                                   << " s; survives " << report->survives_vault_losses);
        BOOST_REQUIRE_MESSAGE(back.has_value(), back.error().text() << "; " << replay(seed));
        BOOST_CHECK_MESSAGE(*back == file, "another file came back; " << replay(seed));

        const auto registered = [&] {
            for (std::size_t i = 0; i < cluster.size(); ++i) {
                if (!cluster.is_up(i)) continue;
                const auto status = cluster.core(i).vault()->status();
                if (status.wanted == 0 || status.registrations < status.wanted) return false;
            }
            return true;
        };
        BOOST_CHECK_MESSAGE(world.run_until(registered, minutes(3)),
                            "not registered again; " << replay(seed));
        BOOST_TEST_MESSAGE("  all vaults registered after " << in_seconds(world.now() - killed) << " s");
        const auto later = cluster.get(getter, report->key, seconds(60));
        BOOST_CHECK_MESSAGE(later && *later == file, "not read again; " << replay(seed));
    }
}

// Proves: the same when the five fall silent, as machines do that lose their power: nobody refuses, nobody
// answers.
BOOST_AUTO_TEST_CASE(a_file_outlives_five_nodes_that_fall_silent) {
    for (const auto seed : seeds(5)) {
        SimWorld world(seed);
        Cluster cluster(world, {});
        BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), "not ready; " << replay(seed));
        const auto file = random_file(world, 5'200'000);
        const auto report = cluster.insert(world.rng().below(kRelays), file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));
        const auto getter = world.rng().below(kRelays);
        std::set<Host> silent, others;
        for (std::size_t i = 0; i < kRelays; ++i) others.insert(cluster.address(i).address);
        for (const auto node : some_others(world, kKilled, getter)) {
            silent.insert(cluster.address(node).address);
            others.erase(cluster.address(node).address);
        }
        world.network().partition(silent, others);
        const auto began = world.now();
        const auto back = cluster.get(getter, report->key, minutes(2));
        BOOST_TEST_MESSAGE("seed " << seed << ": got after " << in_seconds(world.now() - began) << " s");
        BOOST_CHECK_MESSAGE(back.has_value(), back.error().text() << "; " << replay(seed));
        BOOST_CHECK_MESSAGE(back && *back == file, "another file came back; " << replay(seed));
    }
}

// Proves: a node that starts while every bootstrap relay is dead waits patiently, and finds the network soon
// after they come back, by itself.
BOOST_AUTO_TEST_CASE(a_node_waits_for_its_bootstrap_relays) {
    const auto seed = seeds(1).front();
    SimWorld world(seed);
    ClusterOptions options;
    options.relays = 10;
    options.clients = 1;
    // As one that starts for the first time.
    options.at_start = [](std::size_t, node::NodeOptions& of) { of.known_relays = {}; };
    Cluster cluster(world, options);
    BOOST_REQUIRE_MESSAGE(cluster.settle(minutes(2)), "not ready; " << replay(seed));
    const auto file = random_file(world, 100'000);
    const auto report = cluster.insert(9, file);
    BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));
    const std::size_t client = 10;
    for (const std::size_t node : {std::size_t{0}, std::size_t{1}, std::size_t{2}, client})
        cluster.crash(node);
    cluster.start(client);
    world.run_for(minutes(10));
    BOOST_TEST(cluster.core(client).view().size() == 0u);
    BOOST_TEST(!cluster.core(client).is_ready());
    const auto refused = cluster.get(client, report->key);
    BOOST_TEST(refused.error().is(Code::too_few_relays), refused.error().text());
    for (const std::size_t node : {0, 1, 2}) cluster.start(node);
    BOOST_TEST(cluster.settle(minutes(3)), "the client did not find the network again; " << replay(seed));
    const auto back = cluster.get(client, report->key);
    BOOST_CHECK_MESSAGE(back && *back == file, replay(seed));
}

// Proves: where the network says how many relays it takes to hide somebody, nothing is asked with fewer.
BOOST_AUTO_TEST_CASE(a_network_may_refuse_to_work_while_it_is_small) {
    SimWorld world(seeds(1).front());
    ClusterOptions options;
    options.relays = 8;
    options.adjust = [](std::size_t index, node::NodeOptions& node) {
        node.network.refuse_below_relays = index == 0 ? 9 : 8;
    };
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto file = random_file(world, 10'000);
    const auto refused = cluster.insert(0, file);
    BOOST_TEST(refused.error().is(Code::too_few_relays));
    BOOST_TEST(refused.error().text().find("below 9 relays, and 8 are known") != std::string::npos,
               refused.error().text());
    BOOST_TEST(cluster.insert(1, file).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
