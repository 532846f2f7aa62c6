// Proves: a second opinion is asked for at once, again soon while little is agreed on or nobody answered, and
// seldom when all is.
#include "node/circuits/second_opinion.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::node {
namespace {

constexpr Time kEnded = Time(hours(1000));

}  // namespace

BOOST_AUTO_TEST_SUITE(opinion_paces)

BOOST_AUTO_TEST_CASE(the_first_is_asked_at_once) {
    BOOST_TEST((OpinionPace{}.next(5, false, Time{}) == Time{}));
}

BOOST_AUTO_TEST_CASE(a_guard_that_waits_has_it_asked_soon) {
    OpinionPace pace;
    pace.asked(true);
    BOOST_TEST((pace.next(1, false, kEnded) <= kEnded + seconds(1)));
    BOOST_TEST((pace.next(1, true, kEnded) == kEnded + minutes(1)));
    BOOST_TEST((pace.next(0, true, kEnded) == kEnded + minutes(10)));
    BOOST_TEST((pace.next(0, false, kEnded) == kEnded + minutes(10)));
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_is_asked_ever_more_slowly) {
    OpinionPace pace;
    Duration last{};
    for (int i = 0; i < 10; ++i) {
        pace.asked(false);
        const auto pause = pace.next(0, true, kEnded) - kEnded;
        BOOST_TEST((pause >= last));
        BOOST_TEST((pause <= seconds(16)));
        last = pause;
    }
    pace.asked(true);
    BOOST_TEST((pace.next(0, true, kEnded) == kEnded + minutes(10)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
