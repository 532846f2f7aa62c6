// Ed25519 under tags: a signature holds for one key, tag, network and message, and for nothing near them.
#include "crypto/sign.hpp"

#include "crypto/random.hpp"
#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

static SignKeyPair key_of(std::uint64_t seed) {
    SeededRng rng(seed);
    return SignKeyPair::generate(rng);
}

struct Signed {
    SignKeyPair key = key_of(1);
    NetworkId network{testing::hex_array<32>("01")};
    Bytes message = to_bytes("a message");
    Signature signature = sign(key, label::kDescriptor, network, message);

    bool holds(const Signature& other) const {
        return verify(key.public_key, label::kDescriptor, network, message, other);
    }
};

BOOST_FIXTURE_TEST_SUITE(signatures, Signed)

// RFC 8032, 7.1, test 1: the public key that follows from a seed.
BOOST_AUTO_TEST_CASE(rfc_key) {
    const auto seed =
        Key256::copy_of(testing::hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    BOOST_TEST(SignKeyPair::from_seed(seed).public_key.hex() ==
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

BOOST_AUTO_TEST_CASE(a_signature_holds) {
    BOOST_TEST(holds(signature));
    BOOST_TEST((sign(key, label::kDescriptor, network, message) == signature));
    BOOST_TEST((sign(key.clone(), label::kDescriptor, network, message) == signature));
    const auto empty = sign(key, label::kDescriptor, network, {});
    BOOST_TEST(verify(key.public_key, label::kDescriptor, network, {}, empty));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_signature_is_refused) {
    for (std::size_t bit = 0; bit < Signature::kSize * 8; ++bit) {
        auto flipped = signature;
        flipped.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        BOOST_TEST(!holds(flipped), bit);
    }
}

BOOST_AUTO_TEST_CASE(it_is_bound_to_tag_network_message_and_key) {
    const auto& mine = key.public_key;
    BOOST_TEST(!verify(mine, label::kRegister, network, message, signature));
    BOOST_TEST(!verify(mine, label::kDescriptor, NetworkId(), message, signature));
    BOOST_TEST(!verify(mine, label::kDescriptor, network, view("a messagf"), signature));
    BOOST_TEST(!verify(mine, label::kDescriptor, network, view("a message "), signature));
    BOOST_TEST(!verify(key_of(2).public_key, label::kDescriptor, network, message, signature));
}

// A scalar plus the group's order signs the same in lax verifiers: here it is refused, so signed bytes have
// one signature only.
BOOST_AUTO_TEST_CASE(signatures_are_not_malleable) {
    const auto order = testing::hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    auto shifted = signature;
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += shifted.bytes[32 + i] + order[i];
        shifted.bytes[32 + i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    BOOST_TEST(!holds(shifted));
}

// The identity as public key, with R the identity and s zero, would verify everything: refused.
BOOST_AUTO_TEST_CASE(low_order_keys_are_refused) {
    const VerifyKey identity{testing::hex_array<32>("01")};
    Signature forged;
    forged.bytes[0] = 1;
    BOOST_TEST(!verify(identity, label::kDescriptor, network, message, forged));
    BOOST_TEST(!verify(VerifyKey(), label::kDescriptor, network, message, forged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
