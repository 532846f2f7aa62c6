// The exits of one job: different ones, in the smallest network in which circuits can be built already.
#include <boost/test/unit_test.hpp>

#include <set>

#include "node/circuits/exit_set.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

// A client in a network of three relays, with exits of its own.
struct Client {
    explicit Client(std::uint64_t seed)
        : world(seed),
          cluster(world, three_relays()),
          pool(runtime(), core().paths()),
          exits(runtime(), pool) {}
    ~Client() {
        exits.close();
        cluster.close();
    }
    static ClusterOptions three_relays() {
        ClusterOptions out;
        out.relays = 3;
        out.vault_on_relays = false;
        out.clients = 1;
        return out;
    }
    node::NodeCore& core() { return cluster.core(3); }
    routing::Runtime& runtime() { return core().links().runtime(); }
    routing::Task<void> get(std::size_t slot) {
        auto circuit = co_await exits.get(slot, runtime().now() + minutes(1));
        if (!circuit) co_return;
        ends.insert((*circuit)->endpoint().id);
        got = *circuit;
    }
    bool get_all(routing::TaskSet& tasks) {
        ends.clear();
        for (std::size_t slot = 0; slot < node::kExitsPerJob; ++slot) tasks.spawn(get(slot));
        return world.run_until([&] { return tasks.count() == 0; }, minutes(2));
    }

    SimWorld world;
    Cluster cluster;
    node::CircuitPool pool;
    node::ExitSet exits;
    std::set<routing::NodeId> ends;
    node::CircuitPtr got;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(exit_set)

// Proves: three slots that are filled at the same time end at three relays, where there are no more; and
// again when one of them failed.
BOOST_AUTO_TEST_CASE(slots_end_at_different_relays) {
    for (const auto seed : testing::seeds(5)) {
        Client client(seed);
        BOOST_REQUIRE(client.world.run_until([&] { return client.core().view().size() == 3; }, minutes(2)));
        routing::TaskSet tasks(client.runtime());
        BOOST_REQUIRE(client.get_all(tasks));
        BOOST_TEST(client.ends.size() == 3u, testing::replay(seed));
        client.exits.drop(client.got);
        BOOST_REQUIRE(client.get_all(tasks));
        BOOST_TEST(client.ends.size() == 3u, testing::replay(seed));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
