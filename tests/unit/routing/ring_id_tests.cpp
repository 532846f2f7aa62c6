// Proves the arithmetic of the circle on every triple of a one-byte ring, against a walk step by step, and
// that wider ids carry and borrow.
#include "routing/ring/id.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "routing/identity.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

using Small = Opaque<struct SmallTag, 1>;
using Pair = Opaque<struct PairTag, 2>;

Small small(int v) { return Small{{static_cast<std::uint8_t>(v)}}; }
int number(const Pair& p) { return p.bytes[0] << 8 | p.bytes[1]; }
Pair pair(int v) { return Pair{{static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v)}}; }

// Walks from a, exclusive, towards b, exclusive, and looks for x on the way.
bool met_on_the_way(int a, int x, int b) {
    for (int at = (a + 1) % 256; at != b; at = (at + 1) % 256)
        if (at == x) return true;
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_id)

BOOST_AUTO_TEST_CASE(every_triple_on_one_byte) {
    std::size_t wrong = 0;
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b)
            for (int x = 0; x < 256; ++x) {
                const bool open = met_on_the_way(a, x, b);
                wrong += in_open_arc(small(a), small(x), small(b)) != open;
                wrong += in_half_open_arc(small(a), small(x), small(b)) != (open || x == b);
            }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(distances_on_one_and_two_bytes) {
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b)
            BOOST_REQUIRE_EQUAL(int{distance(small(a), small(b)).bytes[0]}, (b - a + 256) % 256);
    for (int a = 0; a < 65536; a += 257)
        for (int b = 0; b < 65536; b += 253)
            BOOST_REQUIRE_EQUAL(number(distance(pair(a), pair(b))), (b - a + 65536) % 65536);
}

BOOST_AUTO_TEST_CASE(finger_starts_carry_and_wrap) {
    for (int a = 0; a < 65536; a += 13)
        for (std::size_t bit = 0; bit < 16; ++bit)
            BOOST_REQUIRE_EQUAL(number(plus_power_of_two(pair(a), bit)), (a + (1 << bit)) % 65536);
}

BOOST_AUTO_TEST_CASE(wide_ids_obey_the_same_laws) {
    crypto::SeededRng rng(1);
    for (int i = 0; i < 1000; ++i) {
        const auto a = rng.opaque<RingId>(), b = rng.opaque<RingId>(), x = rng.opaque<RingId>();
        // Exactly one of: x = a, x in (a, b), x in [b, a).
        BOOST_TEST(in_open_arc(a, x, b) != in_open_arc(b, x, a));
        BOOST_TEST(!in_open_arc(a, a, b));
        BOOST_TEST(!in_open_arc(a, b, b));
        BOOST_TEST(in_half_open_arc(a, b, b));
        BOOST_TEST(fraction(distance(a, b)) + fraction(distance(b, a)) == 1.0,
                   boost::test_tools::tolerance(1e-9));
    }
}

BOOST_AUTO_TEST_SUITE_END()
