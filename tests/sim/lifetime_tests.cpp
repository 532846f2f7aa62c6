// Lifetimes: nodes die in the middle of inserts, gets, checks and registrations, jobs are cancelled, and
// whole networks are torn down at random moments. Nothing may be touched after its end (the sanitizer builds
// see to that), and nothing may stay behind: every task unwinds in virtual time, every source and sink is let
// go.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

ClusterOptions small_network() {
    ClusterOptions out;
    out.relays = 9;
    out.vault_only = 1;
    out.clients = 2;
    return out;
}

// A network, and what a restless user and a failing machine room do to it.
class Turmoil {
public:
    explicit Turmoil(std::uint64_t seed) : world_(seed), cluster_(world_, small_network()) {}

    Cluster& cluster() { return cluster_; }
    SimWorld& world() { return world_; }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(world_.rng().below(bound)); }

    // From one event to a second: handshakes, transfers and waits are all hit.
    void pass_a_moment() {
        const auto longest = std::uint64_t{1} << (10 + below(11));
        world_.run_for(Duration(world_.rng().below(longest)));
    }

    Bytes file(std::size_t size) {
        Bytes out(size);
        world_.rng().fill(out);
        return out;
    }

    void store_some_files() {
        for (const std::size_t size : {std::size_t{5'000}, std::size_t{5'500'000}}) {
            auto report = cluster_.insert(below(cluster_.relays()), file(size));
            BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
            keys_.push_back(report->key);
        }
    }

    void begin_job() {
        const auto index = some_node_that_is(true);
        auto& service = cluster_.core(index).service();
        Result<node::JobId> job = error(Code::refused);
        switch (below(4)) {
            case 0:
                job = service.begin_check(keys_[below(keys_.size())], {});
                break;
            case 1: {
                auto sink = std::make_shared<MemorySink>();
                held_.push_back(sink);
                job = service.begin_get(keys_[below(keys_.size())], {}, std::move(sink));
                break;
            }
            default:
                job = begin_insert(service);
        }
        if (job) jobs_.push_back({index, *job});
    }

    // In half of the cases the node of a job, else any.
    void crash_one() {
        auto index = some_node_that_is(true);
        if (!jobs_.empty() && below(2) == 0) index = jobs_.back().node;
        if (!cluster_.is_up(index)) return;
        std::erase_if(jobs_, [index](const Begun& job) { return job.node == index; });
        cluster_.crash(index);
    }

    void restart_one() {
        const auto index = some_node_that_is(false);
        if (!cluster_.is_up(index)) cluster_.start(index);
    }

    void cancel_one() {
        if (jobs_.empty()) return;
        const auto& job = jobs_[below(jobs_.size())];
        BOOST_TEST(cluster_.core(job.node).service().cancel(job.id).has_value());
    }

    bool all_jobs_over() {
        return std::all_of(jobs_.begin(), jobs_.end(), [this](const Begun& job) {
            return cluster_.core(job.node).service().job(job.id)->state != node::JobState::running;
        });
    }

    void close() {
        cluster_.close();
        world_.close();
        all_is_let_go();
    }

    void all_is_let_go() const {
        const auto gone = [](const auto& one) { return one.expired(); };
        BOOST_TEST(std::all_of(held_.begin(), held_.end(), gone), "a job's source or sink is still held");
    }

private:
    struct Begun {
        std::size_t node;
        node::JobId id;
    };

    // Dispersed as it streams in, or spooled first.
    Result<node::JobId> begin_insert(node::Service& service) {
        const auto bytes = file(below(2) == 0 ? 2'000 : 6'000'000);
        node::InsertOptions options;
        if (below(2) == 0) {
            options.content_hash = to_bytes(crypto::content_hash(bytes).view());
            options.size = bytes.size();
        }
        auto source = std::make_shared<MemorySource>(bytes);
        held_.push_back(source);
        return service.begin_insert(std::move(options), std::move(source));
    }

    // The next such node after a random one; that one when there is none.
    std::size_t some_node_that_is(bool up) {
        const auto first = below(cluster_.size());
        for (std::size_t i = 0; i < cluster_.size(); ++i) {
            const auto index = (first + i) % cluster_.size();
            if (cluster_.is_up(index) == up) return index;
        }
        return first;
    }

    SimWorld world_;
    Cluster cluster_;
    std::vector<std::string> keys_;
    std::vector<Begun> jobs_;
    std::vector<std::weak_ptr<void>> held_;
};

void make_trouble(Turmoil& turmoil, std::size_t moments) {
    for (std::size_t i = 0; i < moments; ++i) {
        for (int job = 0; job < 3; ++job) turmoil.begin_job();
        turmoil.pass_a_moment();
        turmoil.cancel_one();
        turmoil.crash_one();
        turmoil.pass_a_moment();
        if (i % 4 != 0) turmoil.restart_one();
    }
}

void is_of_use_again(Turmoil& turmoil) {
    auto& cluster = turmoil.cluster();
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (!cluster.is_up(i)) cluster.start(i);
    }
    BOOST_TEST(cluster.settle(minutes(5)));
    const auto file = turmoil.file(100'000);
    auto report = cluster.insert(0, file);
    BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
    auto back = cluster.get(cluster.size() - 1, report->key);
    BOOST_REQUIRE_MESSAGE(back.has_value(), back.error().text());
    BOOST_TEST((*back == file));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lifetimes)

// Proves: 50 crashes at random moments, with jobs under way and cancelled everywhere and nodes that come
// back, leave nothing dangling; and the network is of use again when all are back.
BOOST_AUTO_TEST_CASE(nodes_die_amid_their_work) {
    for (const auto seed : testing::seeds(5)) {
        BOOST_TEST_CONTEXT(testing::replay(seed)) {
            Turmoil turmoil(seed);
            BOOST_REQUIRE(turmoil.cluster().settle(minutes(2)));
            turmoil.store_some_files();
            make_trouble(turmoil, 10);
            is_of_use_again(turmoil);
            turmoil.close();
        }
    }
}

// Proves: a network may end at any moment of its youth (handshakes, joins, registrations under way) and in
// the middle of jobs.
BOOST_AUTO_TEST_CASE(a_network_ends_at_any_moment) {
    for (const auto seed : testing::seeds(20)) {
        BOOST_TEST_CONTEXT(testing::replay(seed)) {
            Turmoil turmoil(seed);
            if (seed % 2 == 0) {
                BOOST_REQUIRE(turmoil.cluster().settle(minutes(2)));
                turmoil.store_some_files();
                for (int job = 0; job < 4; ++job) turmoil.begin_job();
            }
            for (int i = 0; i < 3; ++i) turmoil.pass_a_moment();
            turmoil.close();
        }
    }
}

// Proves: a cancelled job ends, whatever it was doing, and lets go of what it held while its node lives on.
BOOST_AUTO_TEST_CASE(cancelled_jobs_end) {
    const auto seed = testing::seeds(1).front();
    BOOST_TEST_CONTEXT(testing::replay(seed)) {
        Turmoil turmoil(seed);
        BOOST_REQUIRE(turmoil.cluster().settle(minutes(2)));
        turmoil.store_some_files();
        for (int i = 0; i < 20; ++i) {
            turmoil.begin_job();
            turmoil.pass_a_moment();
            for (int n = 0; n < 4; ++n) turmoil.cancel_one();
        }
        BOOST_TEST(turmoil.world().run_until([&] { return turmoil.all_jobs_over(); }, minutes(3)));
        // No request of theirs is waited for: an exit has 20 s to answer one.
        turmoil.world().run_for(seconds(1));
        turmoil.all_is_let_go();
        turmoil.close();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
