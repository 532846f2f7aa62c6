// X25519: the RFC's values, and that points of low order are refused.
#include "crypto/agree.hpp"

#include "crypto/random.hpp"
#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

using testing::hex;

static Key256 key(std::string_view text) { return Key256::copy_of(hex(text)); }
static AgreePublic public_key(std::string_view text) { return *AgreePublic::from(hex(text)); }

BOOST_AUTO_TEST_SUITE(agreement)

// RFC 7748: the first function vector of 5.2 and Bob's side of 6.1.
BOOST_AUTO_TEST_CASE(rfc_values) {
    const auto scalar = key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
    const auto point = public_key("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
    BOOST_TEST(to_hex(agree(scalar, point)->expose()) ==
               "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");

    const auto bob =
        AgreeKeyPair::from_secret(key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    BOOST_TEST(bob.public_key.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const auto alice = public_key("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    BOOST_TEST(to_hex(agree(bob.secret, alice)->expose()) ==
               "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

BOOST_AUTO_TEST_CASE(both_ends_agree) {
    SeededRng rng(1);
    const auto one = AgreeKeyPair::generate(rng);
    const auto two = AgreeKeyPair::generate(rng);
    BOOST_TEST((one.public_key != two.public_key));
    BOOST_TEST((agree(one.secret, two.public_key).value() == agree(two.secret, one.public_key).value()));
}

// All points whose order divides eight, in every encoding X25519 accepts, with and without the ignored top
// bit.
BOOST_AUTO_TEST_CASE(low_order_points_are_refused) {
    SeededRng rng(2);
    const auto ours = AgreeKeyPair::generate(rng);
    for (const auto* text : {"0000000000000000000000000000000000000000000000000000000000000000",
                             "0100000000000000000000000000000000000000000000000000000000000000",
                             "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                             "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                             "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                             "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        auto point = public_key(text);
        for (int top = 0; top < 2; ++top, point.bytes[31] ^= 0x80) {
            const auto shared = agree(ours.secret, point);
            BOOST_REQUIRE_MESSAGE(!shared, point.hex());
            BOOST_TEST(shared.error().is(Code::malformed));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
