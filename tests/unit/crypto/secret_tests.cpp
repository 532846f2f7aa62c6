// Secrets: wiped when moved from, compared by content.
#include "crypto/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <type_traits>

namespace catacomb::crypto {

static_assert(!std::is_copy_constructible_v<Key256> && !std::is_copy_assignable_v<Key256>);

BOOST_AUTO_TEST_SUITE(secret)

static Key256 sevens() {
    Key256 out;
    for (auto& byte : out.expose_mutable()) byte = 7;
    return out;
}

BOOST_AUTO_TEST_CASE(moving_wipes_the_source) {
    auto from = sevens();
    Key256 built(std::move(from));
    BOOST_TEST(all_zero(from.expose()));
    BOOST_TEST((built == sevens()));

    Key256 assigned;
    assigned = std::move(built);
    BOOST_TEST(all_zero(built.expose()));
    BOOST_TEST((assigned == sevens()));
}

// The destructor leaves zeros where the secret was.
BOOST_AUTO_TEST_CASE(destruction_wipes) {
    alignas(Key256) std::uint8_t place[sizeof(Key256)];
    auto* key = new (place) Key256(sevens());
    BOOST_TEST(!all_zero(key->expose()));
    key->~Key256();
    BOOST_TEST(all_zero(place));
}

BOOST_AUTO_TEST_CASE(comparison_sees_every_byte_and_the_length) {
    const Bytes zeros(40);
    BOOST_TEST(equal_constant_time(zeros, zeros));
    BOOST_TEST(equal_constant_time({}, {}));
    BOOST_TEST(!equal_constant_time(zeros, ByteView(zeros).first(39)));
    for (std::size_t i = 0; i < zeros.size(); ++i) {
        auto changed = zeros;
        changed[i] = 1;
        BOOST_TEST(!equal_constant_time(zeros, changed));
    }
}

BOOST_AUTO_TEST_CASE(clone_is_equal_and_separate) {
    const auto original = sevens();
    auto copied = original.clone();
    copied.expose_mutable()[31] = 8;
    BOOST_TEST((original == sevens()));
    BOOST_TEST(!(copied == original));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
