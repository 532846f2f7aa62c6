// Proves: a job keeps its exits while they serve, whatever becomes of its circuits; leaves those that do not;
// and has no more than a few however long it runs.
#include "node/circuits/job_exits.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "base/rng.hpp"
#include "crypto/random.hpp"

namespace catacomb::node {
namespace {

using routing::NodeId;

// A network of relays, each of which can be reached, and a job in it.
struct Job {
    explicit Job(std::size_t relays) {
        for (std::size_t i = 0; i < relays; ++i) relays_.push_back(rng_.opaque<NodeId>());
    }
    // A circuit for that slot; the exit at which it ends.
    NodeId build(std::size_t slot) {
        auto wish = exits.wish(slot);
        auto end = wish.exit ? *wish.exit : choose(std::move(wish.avoid));
        exits.ends_at(slot, end);
        had.insert(end);
        return end;
    }
    JobExits exits;
    std::set<NodeId> had;

private:
    NodeId choose(std::vector<NodeId> avoid) {
        for (;; avoid.erase(avoid.begin())) {
            std::vector<NodeId> fit;
            for (const auto& one : relays_) {
                if (std::find(avoid.begin(), avoid.end(), one) == avoid.end()) fit.push_back(one);
            }
            if (!fit.empty()) return rng_.pick(fit);
        }
    }
    crypto::SeededRng rng_{1};
    std::vector<NodeId> relays_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(job_exits)

BOOST_AUTO_TEST_CASE(an_exit_that_serves_is_kept_while_its_circuits_break) {
    Job job(30);
    const auto exit = job.build(0);
    for (unsigned i = 1; i < JobExits::kMostEnded; ++i) {
        job.exits.served(0);
        job.exits.broke(0);
        BOOST_TEST((job.build(0) == exit));
    }
    // But not for ever: each circuit has a middle of its own.
    job.exits.served(0);
    job.exits.broke(0);
    BOOST_TEST((job.build(0) != exit));
}

BOOST_AUTO_TEST_CASE(an_exit_is_left_when_two_circuits_in_a_row_do_not_serve) {
    Job job(30);
    const auto exit = job.build(0);
    job.exits.broke(0);
    BOOST_TEST((job.build(0) == exit));
    job.exits.not_reached(0, exit);
    BOOST_TEST((job.build(0) != exit));
}

BOOST_AUTO_TEST_CASE(an_exit_is_left_for_what_it_alone_can_have_done) {
    Job job(30);
    const auto exit = job.build(0);
    job.exits.served(0);
    job.exits.leave(0);
    BOOST_TEST((job.build(0) != exit));
}

BOOST_AUTO_TEST_CASE(one_that_served_may_fall_silent_once) {
    Job job(30);
    const auto first = job.build(0);
    BOOST_TEST(job.exits.stalled(0));
    BOOST_TEST((job.build(0) != first));
    job.exits.served(0);
    BOOST_TEST(!job.exits.stalled(0));
    job.exits.served(0);
    BOOST_TEST(!job.exits.stalled(0));
    BOOST_TEST(job.exits.stalled(0));
}

BOOST_AUTO_TEST_CASE(slots_have_different_exits_where_there_are_three) {
    for (const std::size_t relays : {3U, 4U, 30U}) {
        Job job(relays);
        for (int i = 0; i < 100; ++i) {
            std::set<NodeId> ends;
            for (std::size_t slot = 0; slot < kExitsPerJob; ++slot) ends.insert(job.build(slot));
            BOOST_TEST(ends.size() == kExitsPerJob);
            job.exits.leave(static_cast<std::size_t>(i) % kExitsPerJob);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_job_has_nine_exits_at_most_and_goes_round_among_them) {
    Job job(100);
    for (int i = 0; i < 300; ++i) {
        for (std::size_t slot = 0; slot < kExitsPerJob; ++slot) job.build(slot);
        job.exits.leave(static_cast<std::size_t>(i) % kExitsPerJob);
    }
    BOOST_TEST(job.had.size() == JobExits::kInAll);
}

// One of the nine that is gone for good does not keep a slot from the others.
BOOST_AUTO_TEST_CASE(of_those_that_were_left_each_is_tried_in_turn) {
    Job job(100);
    for (std::size_t i = 0; i < JobExits::kInAll; ++i) {
        job.build(0);
        job.exits.leave(0);
    }
    std::set<NodeId> wished;
    for (std::size_t i = 0; i < JobExits::kInAll; ++i) {
        const auto wish = job.exits.wish(0);
        BOOST_REQUIRE(wish.exit.has_value());
        wished.insert(*wish.exit);
        job.exits.not_reached(0, *wish.exit);
    }
    BOOST_TEST((wished == job.had));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
