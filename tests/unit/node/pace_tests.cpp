// Proves: a second exit is asked after three times the usual, within a tenth of all that is asked for; and
// what exits say is believed when two of them say it.
#include "node/client/pace.hpp"

#include <boost/test/unit_test.hpp>

#include "node/client/claims.hpp"
#include "node/client/memory_budget.hpp"

namespace catacomb::node {

BOOST_AUTO_TEST_SUITE(paces)

BOOST_AUTO_TEST_CASE(before_there_is_a_median_a_second_exit_is_asked_after_a_while) {
    Pace pace;
    for (std::size_t i = 0; i < Pace::kFewest; ++i) {
        BOOST_TEST((pace.hedge_after() == Pace::kFirstHedge));
        pace.took(seconds(1));
    }
    BOOST_TEST((pace.hedge_after() == seconds(3)));
    // One that took long is not the usual.
    pace.took(minutes(2));
    pace.took(seconds(2));
    BOOST_TEST((pace.hedge_after() == seconds(3)));
}

BOOST_AUTO_TEST_CASE(patience_follows_what_was_measured_within_bounds) {
    Pace pace;
    const auto at_first = pace.patience();
    for (int i = 0; i < 100; ++i) pace.took(milliseconds(10));
    BOOST_TEST((pace.patience() == at_first));
    for (int i = 0; i < 100; ++i) pace.took(seconds(4));
    BOOST_TEST((pace.patience() == seconds(12)));
    for (int i = 0; i < 100; ++i) pace.took(minutes(4));
    BOOST_TEST((pace.patience() == seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_job_asks_a_tenth_twice_at_most) {
    Pace pace;
    BOOST_TEST(!pace.take_extra(1));
    pace.asked(200);
    BOOST_TEST(pace.take_extra(20));
    BOOST_TEST(!pace.take_extra(1));
    pace.asked(100);
    BOOST_TEST(pace.take_extra(10));
    BOOST_TEST(!pace.take_extra(1));
}

BOOST_AUTO_TEST_CASE(after_a_refusal_for_load_nobody_is_asked_twice) {
    Pace pace;
    pace.asked(1000);
    BOOST_TEST(!pace.take_extra(10, true));
    BOOST_TEST(pace.take_extra(10));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_exits_claim)

BOOST_AUTO_TEST_CASE(one_word_is_none) {
    Claims claims;
    BOOST_TEST(claims.needs_more(0));
    claims.add(0b111, 0);
    BOOST_TEST(claims.needs_more(0));
    BOOST_TEST(claims.reported() == 0U);
}

BOOST_AUTO_TEST_CASE(two_that_agree_need_no_third) {
    Claims claims;
    claims.add(0b101, 0b010);
    claims.add(0b101, 0);
    BOOST_TEST(!claims.needs_more(0));
    BOOST_TEST(claims.reported() == 0b101U);
    BOOST_TEST(claims.absent() == 0b010U);
}

BOOST_AUTO_TEST_CASE(a_third_decides_what_two_disagree_on) {
    Claims claims;
    claims.add(0b1111, 0);
    claims.add(0b0001, 0);
    BOOST_TEST(claims.needs_more(0b0110));
    BOOST_TEST(!claims.needs_more(0b1110));  // what was read needs no word
    claims.add(0b0011, 0);
    BOOST_TEST(!claims.needs_more(0));
    BOOST_TEST(claims.reported() == 0b0011U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(memory_budgets)

BOOST_AUTO_TEST_CASE(what_is_taken_comes_back_once) {
    MemoryBudget budget(100);
    {
        auto first = budget.take(60);
        BOOST_TEST(budget.has_room(40));
        BOOST_TEST(!budget.has_room(41));
        auto moved = std::move(first);
        BOOST_TEST(!budget.has_room(41));
        MemoryBudget::Share none;
        none = std::move(moved);
        BOOST_TEST(!budget.has_room(41));
        const auto over = budget.take(70);  // a job's only one
        BOOST_TEST(!budget.has_room(0));
    }
    BOOST_TEST(budget.has_room(100));
    BOOST_TEST(!budget.has_room(101));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
