// Proves: a vault that kept its word is proven until it fails once, and then never again in this job; one
// failure raises every sample; and what must be reckoned as lying among vaults that nobody asked shrinks with
// each body that came and grows with each that did not.
#include "node/client/evidence.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

namespace catacomb::node {
namespace {

Evidence after(unsigned came, unsigned failed) {
    Evidence out;
    for (VaultTag i = 0; i < came; ++i) out.came(i);
    for (VaultTag i = 0; i < failed; ++i) out.failed(1000 + i);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evidences)

BOOST_AUTO_TEST_CASE(nobody_is_anything_before_a_body_was_asked_for) {
    const Evidence none;
    BOOST_TEST(!none.is_proven(1));
    BOOST_TEST(!none.is_distrusted(1));
    BOOST_TEST(!none.is_raised());
    BOOST_TEST(none.bodies_asked() == 0U);
    BOOST_TEST(none.doubt() == 1.0);
}

BOOST_AUTO_TEST_CASE(who_fails_once_is_not_believed_again) {
    Evidence evidence;
    evidence.came(1);
    evidence.came(2);
    BOOST_TEST(evidence.is_proven(1));
    BOOST_TEST(evidence.proven() == 2U);
    evidence.failed(1);
    BOOST_TEST(!evidence.is_proven(1));
    BOOST_TEST(evidence.is_distrusted(1));
    evidence.came(1);
    BOOST_TEST(!evidence.is_proven(1));
    BOOST_TEST(evidence.is_distrusted(1));
    BOOST_TEST((evidence.distrusted() == std::set<VaultTag>{1}));
    BOOST_TEST(evidence.is_proven(2));
    BOOST_TEST(evidence.bodies_asked() == 4U);
    BOOST_TEST(evidence.bodies_read() == 3U);
}

// With a failure at each step of a conversation of ten bodies.
BOOST_AUTO_TEST_CASE(one_failure_raises_the_samples_for_good) {
    for (unsigned step = 0; step < 10; ++step) {
        Evidence evidence;
        for (unsigned i = 0; i < 10; ++i) {
            BOOST_TEST(evidence.is_raised() == (i > step));
            i == step ? evidence.failed(i) : evidence.came(i);
        }
        BOOST_TEST(evidence.is_raised());
        BOOST_TEST(evidence.proven() == 9U);
    }
}

BOOST_AUTO_TEST_CASE(doubt_is_the_largest_share_that_could_have_hidden) {
    double last = 1;
    for (const unsigned asked : {5U, 10U, 46U, 460U}) {
        const auto doubt = after(asked, 0).doubt();
        BOOST_TEST(doubt < last);
        // Of liars in that share, so many bodies would all have come with 1 %.
        BOOST_TEST(std::pow(1 - doubt, asked) <= 0.0101);
        last = doubt;
    }
    BOOST_TEST(after(99, 1).doubt() > after(100, 0).doubt());
    BOOST_TEST(after(90, 10).doubt() > 0.1);
    BOOST_TEST(after(0, 3).doubt() == 1.0);
    BOOST_TEST(after(2, 0).doubt() == 1.0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
