// The exits of one job: different ones, in the smallest network in which circuits can be built already; and
// the same ones for as long as they serve.
#include "node/circuits/exit_set.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

// A client with exits of its own.
struct Client {
    Client(std::uint64_t seed, std::size_t relays)
        : world(seed),
          cluster(world, options(relays)),
          pool(runtime(), core().paths()),
          exits(runtime(), pool) {
        BOOST_REQUIRE(world.run_until([&] { return core().view().size() == relays; }, minutes(2)));
    }
    ~Client() {
        exits.close();
        cluster.close();
    }
    static ClusterOptions options(std::size_t relays) {
        ClusterOptions out;
        out.relays = relays;
        out.vault_on_relays = false;
        out.clients = 1;
        return out;
    }
    node::NodeCore& core() { return cluster.core(cluster.relays()); }
    routing::Runtime& runtime() { return core().links().runtime(); }
    routing::Task<void> get(std::size_t slot) {
        auto circuit = co_await exits.get(slot, runtime().now() + minutes(1));
        if (circuit) got[slot] = *circuit;
    }
    // A circuit in each slot; at which relays they end.
    std::set<routing::NodeId> get_all() {
        got = {};
        routing::TaskSet tasks(runtime());
        for (std::size_t slot = 0; slot < node::kExitsPerJob; ++slot) tasks.spawn(get(slot));
        BOOST_REQUIRE(world.run_until([&] { return tasks.count() == 0; }, minutes(4)));
        std::set<routing::NodeId> out;
        for (const auto& circuit : got) {
            BOOST_REQUIRE(circuit != nullptr);
            out.insert(circuit->endpoint().id);
        }
        return out;
    }
    void serve_all() {
        for (const auto& circuit : got) exits.served(circuit);
    }

    SimWorld world;
    Cluster cluster;
    node::CircuitPool pool;
    node::ExitSet exits;
    std::array<node::CircuitPtr, node::kExitsPerJob> got;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(exit_set)

// Proves: three slots that are filled at the same time end at three relays, where there are no more; and
// again when one of them failed.
BOOST_AUTO_TEST_CASE(slots_end_at_different_relays) {
    for (const auto seed : testing::seeds(5)) {
        Client client(seed, 3);
        BOOST_TEST(client.get_all().size() == 3u, testing::replay(seed));
        client.exits.failed(client.got[1], error(Code::refused));
        BOOST_TEST(client.get_all().size() == 3u, testing::replay(seed));
    }
}

// Proves: a job of a day has the circuits of its first minute; and when relays on the way end those again and
// again, others to the same exits.
BOOST_AUTO_TEST_CASE(exits_that_serve_are_kept) {
    for (const auto seed : testing::seeds(1)) {
        Client client(seed, 12);
        const auto ends = client.get_all();
        const auto circuits = client.got;
        client.world.run_for(hours(24));
        BOOST_TEST((client.get_all() == ends), testing::replay(seed));
        BOOST_TEST((client.got == circuits), testing::replay(seed));
        for (std::size_t i = 0; i < client.cluster.relays(); ++i) {
            client.serve_all();
            client.cluster.core(i).circuits().close_all();
            client.world.run_for(seconds(5));
            BOOST_TEST((client.get_all() == ends), testing::replay(seed));
        }
        BOOST_TEST((client.got != circuits), testing::replay(seed));
    }
}

// Proves: an exit that is gone is replaced, and the others are not.
BOOST_AUTO_TEST_CASE(an_exit_that_is_gone_is_replaced) {
    for (const auto seed : testing::seeds(2)) {
        Client client(seed, 12);
        const auto ends = client.get_all();
        client.serve_all();
        const auto gone = client.got[1]->endpoint();
        for (std::size_t i = 0; i < client.cluster.relays(); ++i) {
            if (client.cluster.address(i) == gone.addresses.front()) client.cluster.crash(i);
        }
        client.world.run_for(minutes(1));
        const auto now = client.get_all();
        BOOST_TEST(now.size() == 3u, testing::replay(seed));
        BOOST_TEST(!now.contains(gone.id), testing::replay(seed));
        for (const auto& end : ends) BOOST_TEST((end == gone.id || now.contains(end)), testing::replay(seed));
    }
}

// Proves: a job whose exits all fail it, again and again, has had few of them.
BOOST_AUTO_TEST_CASE(a_job_has_few_exits_in_all) {
    Client client(testing::seeds(1).front(), 16);
    std::set<routing::NodeId> had;
    for (int i = 0; i < 30; ++i) {
        had.merge(client.get_all());
        client.exits.failed(client.got[static_cast<std::size_t>(i) % node::kExitsPerJob],
                            error(Code::corrupt));
    }
    BOOST_TEST(had.size() == node::JobExits::kInAll);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
