// The backward layer: both ends follow the same chain, and one changed cell spoils all that come after it.
#include "crypto/chained_stream.hpp"

#include "crypto/random.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb::crypto {

namespace data = boost::unit_test::data;

static std::ostream& operator<<(std::ostream& out, CipherSuite suite) {
    return out << (suite == CipherSuite::aes_256_gcm ? "AES-256-GCM" : "ChaCha20-Poly1305");
}

static const auto kSuites = data::make({CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305});
static constexpr std::size_t kCell = 4072;

static Key256 key_of(std::uint64_t seed) {
    Key256 out;
    SeededRng(seed).fill(out.expose_mutable());
    return out;
}

static Bytes random_cell(Rng& rng) {
    Bytes out(kCell);
    rng.fill(out);
    return out;
}

BOOST_AUTO_TEST_SUITE(chained_stream)

// What the relay adds the client peels, cell after cell, with the same state at both ends.
BOOST_DATA_TEST_CASE(both_ends_agree, kSuites, suite) {
    SeededRng rng(1);
    ChainedStream relay(suite, key_of(1));
    ChainedStream client(suite, key_of(1));
    for (int i = 0; i < 20; ++i) {
        const auto text = random_cell(rng);
        auto cell = text;
        relay.add(cell);
        BOOST_TEST((cell != text));
        client.commit(client.peel(cell));
        BOOST_TEST((cell == text));
        BOOST_TEST(client.state().counter == relay.state().counter);
        BOOST_TEST((client.state().mac == relay.state().mac));
    }
    BOOST_TEST(relay.state().counter == 20u);
}

// A cell with one flipped bit peels to text with that one bit flipped (a stream hides nothing there), but
// from then on the chains differ for good: later, untouched cells turn to noise.
BOOST_DATA_TEST_CASE(a_changed_cell_spoils_all_later_ones, kSuites, suite) {
    SeededRng rng(2);
    for (std::size_t bit : {std::size_t{0}, std::size_t{1}, kCell * 4, kCell * 8 - 1}) {
        ChainedStream relay(suite, key_of(2));
        ChainedStream client(suite, key_of(2));
        auto text = random_cell(rng);
        auto cell = text;
        relay.add(cell);
        cell[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        client.commit(client.peel(cell));
        text[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST((cell == text));
        for (int i = 0; i < 3; ++i) {
            const auto later = random_cell(rng);
            auto layered = later;
            relay.add(layered);
            client.commit(client.peel(layered));
            std::size_t same = 0;
            for (std::size_t at = 0; at < kCell; ++at) same += layered[at] == later[at];
            BOOST_TEST(same < 60u);  // by chance 16 of 4,072 bytes
        }
    }
}

// peel() commits nothing: the client may try one hop, and another from the same state.
BOOST_DATA_TEST_CASE(peel_can_be_repeated, kSuites, suite) {
    SeededRng rng(3);
    ChainedStream relay(suite, key_of(3));
    ChainedStream client(suite, key_of(3));
    const auto text = random_cell(rng);
    auto layered = text;
    relay.add(layered);
    auto first = layered;
    auto second = layered;
    const auto one = client.peel(first);
    const auto two = client.peel(second);
    BOOST_TEST(client.state().counter == 0u);
    BOOST_TEST((first == text));
    BOOST_TEST((second == text));
    BOOST_TEST((one.mac == two.mac));
}

// The same cell is layered differently each time, by each key, suite, and history.
BOOST_AUTO_TEST_CASE(layers_never_repeat) {
    std::set<Bytes> seen;
    for (auto suite : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        for (std::uint64_t key : {1, 2}) {
            ChainedStream relay(suite, key_of(key));
            for (int i = 0; i < 10; ++i) {
                Bytes cell(kCell);
                relay.add(cell);
                seen.insert(cell);
            }
            relay.commit({3, {}});  // the counter of the fourth cell above, another MAC
            Bytes cell(kCell);
            relay.add(cell);
            seen.insert(cell);
        }
    }
    BOOST_TEST(seen.size() == 44u);
}

// A lost, repeated or reordered cell breaks the chain too.
BOOST_DATA_TEST_CASE(order_is_bound, kSuites, suite) {
    ChainedStream relay(suite, key_of(4));
    Bytes first(kCell);
    Bytes second(kCell);
    relay.add(first);
    relay.add(second);
    ChainedStream client(suite, key_of(4));
    auto cell = second;
    client.commit(client.peel(cell));
    BOOST_TEST(!all_zero(cell));
    cell = first;
    client.commit(client.peel(cell));
    BOOST_TEST(!all_zero(cell));
}

BOOST_DATA_TEST_CASE(fillers_are_per_counter, kSuites, suite) {
    FillerStream relay(suite, key_of(5));
    FillerStream client(suite, key_of(5));
    std::set<ByteArray<16>> seen;
    for (std::uint64_t counter = 0; counter < 100; ++counter) seen.insert(relay.filler(counter));
    BOOST_TEST(seen.size() == 100u);
    BOOST_TEST((client.filler(77) == relay.filler(77)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
