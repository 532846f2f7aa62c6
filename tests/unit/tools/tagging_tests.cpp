// Proves: a few of the attempts of `tools/prove tagging`, and that it sees a mark that comes through.
#include "tools/tagging/tagging.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::tagging {

constexpr std::uint64_t kAttempts = 50;

BOOST_AUTO_TEST_SUITE(tagging_cells)

BOOST_AUTO_TEST_CASE(a_mark_dies_at_the_next_honest_hop) {
    const auto marked = tag_forward(kAttempts, 1, Guarded::yes);
    BOOST_TEST(marked.delivered == 0U);
    BOOST_TEST(marked.dead_at_next_honest == kAttempts);
    BOOST_TEST(tag_forward(kAttempts, 1, Guarded::no).delivered == kAttempts);
}

BOOST_AUTO_TEST_CASE(a_mark_that_was_taken_off_is_the_last_thing_that_passes) {
    BOOST_TEST(mark_backward(kAttempts, 1, Guarded::yes).dead_at_next == kAttempts);
    const auto unchained = mark_backward(kAttempts, 1, Guarded::no);
    BOOST_TEST(unchained.unnoticed == kAttempts);
    BOOST_TEST(unchained.dead_at_next == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::tagging
