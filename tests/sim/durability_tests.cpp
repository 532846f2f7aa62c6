// Proves that an acknowledged block outlives the machines that acknowledged it: every vault of a network
// crashes at the moment an insert succeeds, and forgets what it had not made durable; and that the oracle
// sees it when the disks had lied.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tools/sim/cluster.hpp"
#include "tools/sim/oracles/durability.hpp"

namespace catacomb::sim {
namespace {

struct Outcome {
    std::string violation;
    Result<Bytes> got = error(Code::not_found);
};

// A file goes in, all vaults crash and start again, and it is got by another node.
Outcome crash_after_insert(std::uint64_t seed, bool disks_lie, const Bytes& file) {
    SimWorld world(seed);
    ClusterOptions options;
    options.relays = 16;
    options.clients = 1;
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    Stores stores;
    for (std::size_t i = 0; i < cluster.relays(); ++i) {
        cluster.store(i).hold_syncs(disks_lie);
        stores.push_back(&cluster.store(i));
    }
    const auto report = cluster.insert(16, file);
    BOOST_REQUIRE_MESSAGE(report.has_value(), "insert: " << report.error().text());
    BOOST_TEST(report->blocks_placed > 0u);
    for (std::size_t i = 0; i < cluster.relays(); ++i) cluster.crash(i);
    Outcome out;
    out.violation = acknowledgement_violation(report->key, report->blocks_placed, stores);
    for (std::size_t i = 0; i < cluster.relays(); ++i) cluster.start(i);
    BOOST_REQUIRE(cluster.settle(minutes(10)));
    out.got = cluster.get(16, report->key);
    return out;
}

Bytes some_file() {
    Bytes out(200'000);
    crypto::SeededRng(1).fill(out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_outlives_a_crash_of_all) {
    const auto file = some_file();
    const auto outcome = crash_after_insert(1, false, file);
    BOOST_TEST(outcome.violation == "");
    BOOST_REQUIRE_MESSAGE(outcome.got.has_value(), outcome.got.error().text());
    BOOST_TEST((*outcome.got == file));
}

BOOST_AUTO_TEST_CASE(disks_that_lied_are_seen) {
    const auto outcome = crash_after_insert(1, true, some_file());
    BOOST_TEST(outcome.violation.find("an acknowledged file is gone") == 0u, outcome.violation);
    BOOST_TEST(!outcome.got.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
