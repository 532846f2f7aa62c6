// SeededRng: the same seed gives the same stream, however it is drawn; splits are independent of each other
// and of how much was drawn. SystemRng: two draws differ.
#include "crypto/random.hpp"

#include "crypto/hash.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb::crypto {

BOOST_AUTO_TEST_SUITE(random_sources)

static Bytes draw(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

static Bytes draw_in_pieces(Rng& rng, std::size_t size, std::size_t piece) {
    Bytes out;
    while (out.size() < size) append(out, draw(rng, std::min(piece, size - out.size())));
    return out;
}

BOOST_AUTO_TEST_CASE(pieces_do_not_matter) {
    SeededRng whole(1);
    const auto expected = draw(whole, 5000);
    for (std::size_t piece : {1, 7, 1023, 1024, 1025, 4999}) {
        SeededRng rng(1);
        BOOST_TEST((draw_in_pieces(rng, 5000, piece) == expected), piece);
    }
}

// The stream is pinned: a simulation's seed in an old report must still replay.
BOOST_AUTO_TEST_CASE(stream_is_pinned) {
    SeededRng rng(42);
    BOOST_TEST(to_hex(draw(rng, 16)) == "61e210e61d3451308ef59b0cee513e74");
    BOOST_TEST(to_hex(draw(*rng.split("ring"), 16)) == "3941b7f055c859087a9b73b2ea920375");
}

BOOST_AUTO_TEST_CASE(splits_do_not_depend_on_draws) {
    SeededRng fresh(3);
    SeededRng drawn(3);
    draw(drawn, 3000);
    BOOST_TEST((draw(*fresh.split("a"), 100) == draw(*drawn.split("a"), 100)));
}

BOOST_AUTO_TEST_CASE(streams_differ) {
    SeededRng one(1);
    SeededRng two(2);
    std::set<Bytes> streams{draw(one, 32), draw(two, 32)};
    for (const auto* label : {"", "a", "b", "aa"}) streams.insert(draw(*one.split(label), 32));
    streams.insert(draw(*one.split("a")->split("a"), 32));
    streams.insert(draw(*two.split("a"), 32));
    BOOST_TEST(streams.size() == 8u);
}

BOOST_AUTO_TEST_CASE(system_draws_differ) {
    initialise();  // a second time: allowed
    SystemRng rng;
    const auto split = rng.split("ignored");
    BOOST_TEST((std::set<Bytes>{draw(rng, 32), draw(rng, 32), draw(*split, 32)}.size() == 3u));
    rng.fill({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
