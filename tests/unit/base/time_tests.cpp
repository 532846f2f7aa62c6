// Times from the network never overflow the clock.
#include "base/time.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb {

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(unix_seconds_round_trip) {
    for (std::uint64_t s : {0ULL, 1ULL, 1'800'000'000ULL, 9'000'000'000'000ULL}) {
        BOOST_TEST(unix_seconds(from_unix_seconds(s)) == s);
    }
}

BOOST_AUTO_TEST_CASE(huge_seconds_saturate) {
    const auto last = from_unix_seconds(UINT64_MAX);
    BOOST_TEST((last <= kNever));
    BOOST_TEST((last > from_unix_seconds(9'000'000'000'000ULL)));
    BOOST_TEST((from_unix_seconds(UINT64_MAX / 1'000'000) == last));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
