// Whole nodes in the simulated world: a file goes in at one node and comes out at another, through circuits,
// from vaults; and comes out still when nodes die.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tools/sim/cluster.hpp"
#include "tools/sim/jobs.hpp"

namespace catacomb::sim {
namespace {

Bytes random_bytes(std::size_t size, std::uint64_t seed) {
    crypto::SeededRng rng(seed);
    Bytes out(size);
    rng.fill(out);
    return out;
}

ClusterOptions network_of(std::size_t relays, std::size_t vaults, std::size_t clients) {
    ClusterOptions out;
    out.relays = relays;
    out.vault_only = vaults;
    out.clients = clients;
    return out;
}

// Files of 1 KiB from one client, so many at a time: how long all of them take.
Duration time_of_small_files(Cluster& cluster, std::size_t client, std::uint64_t count, std::size_t at_once) {
    auto& world = cluster.world();
    const auto began = world.now();
    std::vector<FileJob> running;
    for (std::uint64_t next = 0; next < count || !running.empty();) {
        while (running.size() < at_once && next < count) {
            const auto seed = 1000 * at_once + next++;
            running.push_back(FileJob::insert(cluster, client, random_bytes(1024, seed)));
        }
        const auto is_over = [](const auto& job) { return job.is_over(); };
        const auto one_ended = [&] { return std::any_of(running.begin(), running.end(), is_over); };
        BOOST_REQUIRE(world.run_until(one_ended, minutes(2)));
        for (const auto& job : running) BOOST_TEST((!job.is_over() || job.outcome().has_value()));
        std::erase_if(running, is_over);
    }
    return world.now() - began;
}

// What lies between one node and all others.
class Line {
public:
    Line(Cluster& cluster, std::size_t node) : cluster_(cluster), node_(node) {}
    void limit_up(std::uint64_t bytes_per_second) const {
        each_other([&](auto i) { way(node_, i).bytes_per_second = bytes_per_second; });
    }
    void limit_down(std::uint64_t bytes_per_second) const {
        each_other([&](auto i) { way(i, node_).bytes_per_second = bytes_per_second; });
    }
    // Bytes that the node wrote to others.
    std::uint64_t sent() const {
        std::uint64_t out = 0;
        each_other([&](auto i) { out += way(node_, i).bytes; });
        return out;
    }

private:
    Path& way(std::size_t from, std::size_t to) const {
        return cluster_.world().network().path(cluster_.address(from).address, cluster_.address(to).address);
    }
    template <class Act>
    void each_other(Act act) const {
        for (std::size_t i = 0; i < cluster_.size(); ++i)
            if (i != node_) act(i);
    }
    Cluster& cluster_;
    std::size_t node_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster)

// Proves: inserts of small files do not wait for one another. Where computing costs no time, eight at a time
// take a quarter, or less, of what they take one after the other (the slowest of eight paths decides); on
// real processors these are what they wait for (docs/performance.md).
BOOST_AUTO_TEST_CASE(small_files_do_not_wait_for_one_another) {
    SimWorld world(4);
    Cluster cluster(world, network_of(16, 0, 1));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto alone = time_of_small_files(cluster, 16, 32, 1);
    const auto together = time_of_small_files(cluster, 16, 32, 8);
    BOOST_TEST(in_seconds(together) * 4 <= in_seconds(alone),
               "one by one " << in_seconds(alone) << " s, 8 at a time " << in_seconds(together) << " s");
}

// Proves: 16 nodes find each other from addresses alone, every vault registers, and what one node inserts
// another gets back bit-equal, from one small segment up to a tree of several.
BOOST_AUTO_TEST_CASE(a_file_goes_in_and_comes_out_elsewhere) {
    SimWorld world(1);
    Cluster cluster(world, network_of(16, 0, 1));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{10'000}, std::size_t{6'000'000}}) {
        const auto file = random_bytes(size, size);
        auto report = cluster.insert(2, file, "name.txt");
        BOOST_REQUIRE_MESSAGE(report.has_value(), "insert: " << report.error().text());
        BOOST_TEST(report->blocks_placed == report->blocks_wanted);
        auto back = cluster.get(16, report->key);
        BOOST_REQUIRE_MESSAGE(back.has_value(), "get: " << back.error().text());
        BOOST_TEST((*back == file));
    }
}

// Proves: from a client whose line carries 0.8 Mbit/s a file of two leaves goes in. The first leaf alone is a
// minute on its way to the exit, longer than a whole store may take once it is there.
BOOST_AUTO_TEST_CASE(a_large_segment_goes_in_over_a_slow_line) {
    SimWorld world(3);
    Cluster cluster(world, network_of(16, 0, 1));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const Line line(cluster, 16);
    line.limit_up(100'000);
    const auto file = random_bytes(5'500'000, 1);
    const auto began = world.now();
    auto report = cluster.insert(16, file, {}, minutes(8));
    BOOST_REQUIRE_MESSAGE(report.has_value(), "insert: " << report.error().text());
    BOOST_TEST_MESSAGE("inserted in " << in_seconds(world.now() - began) << " s, " << line.sent()
                                      << " bytes");
    BOOST_TEST(report->blocks_placed == report->blocks_wanted);
    auto back = cluster.get(2, report->key, minutes(8));
    BOOST_REQUIRE_MESSAGE(back.has_value(), "get: " << back.error().text());
    BOOST_TEST((*back == file));
}

// Proves: a client whose line carries 1.2 Mbit/s each way reads back the twenty bodies of a file's only
// segment, 5 MB, without taking slow vaults for liars, and gets the file.
BOOST_AUTO_TEST_CASE(a_large_segment_is_read_back_over_a_slow_line) {
    SimWorld world(4);
    Cluster cluster(world, network_of(16, 0, 1));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const Line line(cluster, 16);
    line.limit_up(150'000);
    line.limit_down(150'000);
    const auto file = random_bytes(5'000'000, 1);
    auto report = cluster.insert(16, file, {}, minutes(15));
    BOOST_REQUIRE_MESSAGE(report.has_value(), "insert: " << report.error().text());
    BOOST_TEST(report->bodies_read == report->bodies_asked);
    BOOST_TEST(report->vaults_failed == 0U);
    BOOST_TEST(line.sent() < 8'000'000U, line.sent() << " bytes for one segment of 5.1 MB");
    auto back = cluster.get(16, report->key, minutes(15));
    BOOST_REQUIRE_MESSAGE(back.has_value(), "get: " << back.error().text());
    BOOST_TEST((*back == file));
}

// Proves: a file that is inserted again gets the same key, renews the leases of the blocks that are there,
// and makes no second copy of any.
BOOST_AUTO_TEST_CASE(inserting_again_renews_and_copies_nothing) {
    SimWorld world(2);
    Cluster cluster(world, network_of(16, 0, 0));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto file = random_bytes(10'000, 1);
    const auto blocks = [&] {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < cluster.size(); ++i) sum += cluster.store(i).usage().blocks;
        return sum;
    };
    auto first = cluster.insert(2, file);
    BOOST_REQUIRE(first);
    const auto stored = blocks();
    auto again = cluster.insert(2, file);
    BOOST_REQUIRE_MESSAGE(again.has_value(), "insert: " << again.error().text());
    BOOST_TEST(again->key == first->key);
    BOOST_TEST(again->blocks_placed == again->blocks_wanted);
    BOOST_TEST(blocks() == stored);
}

// Proves: what `adjust` sets is what the node runs with, limits of its jobs included.
BOOST_AUTO_TEST_CASE(adjusted_options_reach_the_node) {
    SimWorld world(3);
    auto options = network_of(5, 0, 0);
    options.adjust = [](std::size_t, node::NodeOptions& node) { node.spool_limit = 1000; };
    Cluster cluster(world, std::move(options));
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    auto& service = cluster.core(2).service();
    // Its hash is not told, so it is spooled.
    const auto job = service.begin_insert({}, std::make_shared<MemorySource>(random_bytes(10'000, 1)));
    BOOST_REQUIRE(job);
    const auto is_over = [&] { return service.job(*job)->state != node::JobState::running; };
    BOOST_REQUIRE(world.run_until(is_over, minutes(1)));
    const auto failure = service.job(*job)->failure;
    BOOST_REQUIRE(failure);
    BOOST_TEST(failure->is(Code::limit), failure->text());
}

// Proves: a relay that starts again works out no proof that it found to hold in its last life.
BOOST_AUTO_TEST_CASE(a_start_works_out_nothing_anew) {
    SimWorld world(1);
    Cluster cluster(world, {});
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    BOOST_TEST(cluster.core(3).proofs().worked() > 2 * 10U);
    cluster.crash(3);
    world.run_for(seconds(5));
    cluster.start(3);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    BOOST_TEST(cluster.core(3).view().size() == cluster.relays());
    BOOST_TEST(cluster.core(3).proofs().worked() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
