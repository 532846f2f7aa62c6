// Sealing and opening: known answers, the nonce encodings, and that no changed bit is accepted.
#include "crypto/aead.hpp"

#include "crypto/random.hpp"
#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

using testing::hex;
namespace data = boost::unit_test::data;

static std::ostream& operator<<(std::ostream& out, CipherSuite suite) {
    return out << (suite == CipherSuite::aes_256_gcm ? "AES-256-GCM" : "ChaCha20-Poly1305");
}

static const auto kSuites = data::make({CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305});

static Key256 counting_key() {
    Key256 out;
    for (std::size_t i = 0; i < 32; ++i) out.expose_mutable()[i] = static_cast<std::uint8_t>(i);
    return out;
}

static Bytes sealed(Sealer& sealer, std::uint64_t counter, ByteView ad, ByteView text) {
    Bytes out = to_bytes(text);
    ByteArray<kTagSize> tag;
    sealer.seal(counter, ad, out, tag);
    append(out, tag);
    return out;
}

static bool opens(Opener& opener, std::uint64_t counter, ByteView ad, ByteView message, Bytes& text) {
    text = to_bytes(message.first(message.size() - kTagSize));
    return opener.open(counter, ad, text, message.last<kTagSize>());
}

BOOST_AUTO_TEST_SUITE(aead)

// Test cases 13 and 14 of the GCM paper: zero key, zero nonce, which is our counter 0.
BOOST_AUTO_TEST_CASE(gcm_paper) {
    Sealer sealer(CipherSuite::aes_256_gcm, Key256());
    BOOST_TEST(to_hex(sealed(sealer, 0, {}, {})) == "530f8afbc74536b9a963b4f1c4cb738b");
    BOOST_TEST(to_hex(sealed(sealer, 0, {}, Bytes(16))) ==
               "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

// A counter with eight different bytes shows its place in the nonce: big-endian for AES, little-endian for
// ChaCha20. The answers were computed with Python's cryptography, given those nonces.
BOOST_AUTO_TEST_CASE(nonce_encodings) {
    const auto text = view("the quick brown fox jumps over the lazy dog, twice and again");
    Sealer aes(CipherSuite::aes_256_gcm, counting_key());
    BOOST_TEST(
        to_hex(sealed(aes, 0x0102030405060708, view("header"), text)) ==
        "7039002eac9460fd68bf9f9d711057d01c9624e2bda0251c9adb3b260e45ffb9474d38f4fbc0b406846805b74a5d27cf"
        "599ef9c04b649bc72c7bd08d68a6e198dbad7e03fe6d237f8a0c8974");
    Sealer chacha(CipherSuite::chacha20_poly1305, counting_key());
    BOOST_TEST(
        to_hex(sealed(chacha, 0x0102030405060708, view("header"), text)) ==
        "8421c8c4da4c837b0f8b48be1c0f0f9886698ae4e23128ee2415c82b8c7087a9311920d1b34870d9745b01dce214970f"
        "9fdad6e941f8ac7de586e4c71d1f9c13dc593f8db0e3122ff8ccfe47");
}

// One context serves many messages of all lengths, in any order of counters.
BOOST_DATA_TEST_CASE(round_trips, kSuites, suite) {
    SeededRng rng(1);
    Sealer sealer(suite, counting_key());
    Opener opener(suite, counting_key());
    for (std::size_t length : {0, 1, 15, 16, 17, 63, 64, 65, 4080, 65536}) {
        Bytes text(length);
        rng.fill(text);
        const auto counter = rng.u64() >> 1;
        const auto message = sealed(sealer, counter, view("ad"), text);
        Bytes opened;
        BOOST_TEST(opens(opener, counter, view("ad"), message, opened), length);
        BOOST_TEST((opened == text), length);
    }
}

// Every single flipped bit, of text or tag, is refused; the text is zeroed; and the Opener works on
// afterwards.
BOOST_DATA_TEST_CASE(every_flipped_bit_is_refused, kSuites, suite) {
    Sealer sealer(suite, counting_key());
    Opener opener(suite, counting_key());
    const Bytes text(48, 0x5a);
    const auto message = sealed(sealer, 9, view("ad"), text);
    Bytes opened;
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        auto flipped = message;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST(!opens(opener, 9, view("ad"), flipped, opened), bit);
        BOOST_TEST(all_zero(opened), bit);
    }
    BOOST_TEST(opens(opener, 9, view("ad"), message, opened));
    BOOST_TEST((opened == text));
}

// A message opens only under its own counter, associated data, key and suite.
BOOST_DATA_TEST_CASE(context_is_bound, kSuites, suite) {
    Sealer sealer(suite, counting_key());
    const auto message = sealed(sealer, 5, view("ad"), view("text"));
    Bytes opened;
    Opener opener(suite, counting_key());
    BOOST_TEST(!opens(opener, 4, view("ad"), message, opened));
    BOOST_TEST(!opens(opener, 6, view("ad"), message, opened));
    BOOST_TEST(!opens(opener, 5 + (1ULL << 32), view("ad"), message, opened));
    BOOST_TEST(!opens(opener, 5, view("ae"), message, opened));
    BOOST_TEST(!opens(opener, 5, {}, message, opened));
    Opener other_key(suite, rekeyed(counting_key()));
    BOOST_TEST(!opens(other_key, 5, view("ad"), message, opened));
    const bool aes = suite == CipherSuite::aes_256_gcm;
    Opener other_suite(aes ? CipherSuite::chacha20_poly1305 : CipherSuite::aes_256_gcm, counting_key());
    BOOST_TEST(!opens(other_suite, 5, view("ad"), message, opened));
}

// The bare keystream is what the AEAD XORs its text with: sealing zeros shows it.
BOOST_DATA_TEST_CASE(keystream_is_the_aeads_own, kSuites, suite) {
    Sealer sealer(suite, counting_key());
    AeadKeystream stream(suite, counting_key());
    for (std::uint64_t counter : {0ULL, 1ULL, 255ULL, 256ULL, 0x0102030405060708ULL}) {
        const auto message = sealed(sealer, counter, view("ad"), Bytes(200));
        for (std::size_t length : {1, 16, 64, 100, 200}) {
            Bytes keystream(length, 0xff);
            stream.keystream(counter, keystream);
            BOOST_TEST(equal(keystream, ByteView(message).first(length)), counter);
        }
    }
}

BOOST_AUTO_TEST_CASE(suites_on_the_wire) {
    BOOST_TEST((to_cipher_suite(1) == CipherSuite::aes_256_gcm));
    BOOST_TEST((to_cipher_suite(2) == CipherSuite::chacha20_poly1305));
    for (std::uint32_t wire : {0u, 3u, 257u, 0xffffffffu}) BOOST_TEST(!to_cipher_suite(wire).has_value());
    BOOST_TEST((preferred_suite() == CipherSuite::aes_256_gcm) == has_fast_aes());
}

BOOST_AUTO_TEST_CASE(rekeying_is_one_way_and_repeatable) {
    const auto key = counting_key();
    const auto next = rekeyed(key);
    BOOST_TEST(!(next == key));
    BOOST_TEST((next == rekeyed(key)));
    BOOST_TEST(!(rekeyed(next) == next));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
