// Proves: pauses double up to the longest, are jittered by a quarter either way, and begin anew after
// success.
#include "routing/backoff.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"

namespace catacomb::routing {

BOOST_AUTO_TEST_SUITE(backoffs)

BOOST_AUTO_TEST_CASE(pauses_double_to_the_longest_and_begin_anew) {
    crypto::SeededRng rng(1);
    Backoff backoff(milliseconds(100), seconds(1));
    for (int round = 0; round < 2; ++round) {
        for (const auto length : {100, 200, 400, 800, 1000, 1000}) {
            BOOST_TEST((backoff.about() == milliseconds(length)));
            const auto pause = backoff.next(rng);
            BOOST_TEST((pause >= milliseconds(length) * 3 / 4 && pause < milliseconds(length) * 5 / 4));
        }
        backoff.reset();
    }
}

// Nodes that failed together do not try together: the whole range comes up.
BOOST_AUTO_TEST_CASE(the_jitter_fills_its_range) {
    crypto::SeededRng rng(2);
    int early = 0, late = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto period = jittered(seconds(4), rng);
        BOOST_TEST_REQUIRE((period >= seconds(3) && period < seconds(5)));
        if (period < milliseconds(3500)) ++early;
        if (period >= milliseconds(4500)) ++late;
    }
    BOOST_TEST((early > 200 && late > 200));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
