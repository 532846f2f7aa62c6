// The storm of crash_net.hpp, small: files that were acknowledged outlive crashes on a bad network, and one
// seed is one run. And the durability oracle that judges it.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/crash_net.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/oracles/durability.hpp"

namespace catacomb::sim {
namespace {

using testing::replay;
using testing::seeds;

CrashNetOptions small(std::uint64_t seed) {
    CrashNetOptions out;
    out.seed = seed;
    out.nodes = 24;
    out.files = 6;
    out.length = minutes(20);
    out.crashes_per_hour = 1;  // eight crashes, where one hour at 5 % would have one
    return out;
}

Stores all_stores(Cluster& cluster) {
    Stores out;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (cluster.is_up(i) && cluster.hosts_vault(i)) out.push_back(&cluster.store(i));
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash_net)

// Proves: on three seeds every file that went in during the storm comes back equal after it, from a node that
// did not insert it, and no oracle objects.
BOOST_AUTO_TEST_CASE(files_outlive_a_small_storm) {
    for (const auto seed : seeds(3)) {
        const auto options = small(seed);
        const auto outcome = run_crash_net(options);
        for (const auto& words : outcome.violations) BOOST_ERROR(words);
        BOOST_CHECK_MESSAGE(outcome.held(options),
                            outcome.read_back << " of " << options.files << " came back; " << replay(seed));
        BOOST_TEST(outcome.crashes == 8);
        BOOST_TEST_MESSAGE("seed " << seed << ": trace " << to_hex(outcome.trace));
    }
}

// Proves: two runs of one seed are the same to the last byte on every wire, and another seed is another run.
BOOST_AUTO_TEST_CASE(one_seed_is_one_run) {
    auto options = small(seeds(1).front());
    options.nodes = 12;
    options.files = 2;
    options.length = minutes(3);
    const auto once = run_crash_net(options);
    const auto again = run_crash_net(options);
    BOOST_TEST(to_hex(once.trace) == to_hex(again.trace));
    BOOST_TEST(once.events == again.events);
    ++options.seed;
    BOOST_TEST(to_hex(run_crash_net(options).trace) != to_hex(once.trace));
}

// Proves: the durability oracle reads the file out of the vaults, objects to a get that failed or lied while
// the blocks live, and to none when too many vaults are gone.
BOOST_AUTO_TEST_CASE(the_durability_oracle_sees_what_was_lost) {
    SimWorld world(seeds(1).front());
    Cluster cluster(world, {});
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    Bytes file(300'000);
    world.rng().fill(file);
    const auto report = cluster.insert(0, file);
    BOOST_REQUIRE(report.has_value());
    const auto& key = report->key;

    const auto there = read_from_stores(key, all_stores(cluster));
    BOOST_REQUIRE(there.has_value());
    BOOST_TEST((*there == file));
    const Result<Bytes> good = file, failed = error(Code::not_found, "not found");
    BOOST_TEST(durability_violation(key, good, all_stores(cluster)) == "");
    BOOST_TEST(durability_violation(key, failed, all_stores(cluster)) != "");
    auto lie = file;
    lie[7] ^= 1;
    const Result<Bytes> lied = lie;
    BOOST_TEST(durability_violation(key, lied, all_stores(cluster)) != "");

    auto few = all_stores(cluster);
    few.resize(2);
    BOOST_TEST(read_from_stores(key, few).error().is(Code::not_found));
    BOOST_TEST(durability_violation(key, failed, few) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
