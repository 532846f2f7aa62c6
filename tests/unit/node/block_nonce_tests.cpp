// Proves: the nonces of one store are as the specification says, and no two of them, nor those of another
// attempt, are alike.
#include "node/protocol/block_nonce.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "crypto/hash.hpp"

namespace catacomb::node {

BOOST_AUTO_TEST_SUITE(block_nonces)

BOOST_AUTO_TEST_CASE(no_two_are_alike) {
    std::set<BlockNonce> seen;
    for (const std::uint8_t attempt : {1, 2}) {
        NonceSeed seed;
        seed.bytes.fill(attempt);
        for (unsigned i = 0; i < 64; ++i) seen.insert(block_nonce(seed, static_cast<std::uint8_t>(i)));
    }
    BOOST_TEST(seen.size() == 128u);
}

BOOST_AUTO_TEST_CASE(a_nonce_is_the_first_half_of_a_hash) {
    NonceSeed seed;
    seed.bytes.fill(7);
    crypto::Hasher hasher(crypto::Label{"catacomb acknowledgement nonce"});
    const auto digest = hasher.fixed(seed).u8(59).digest();
    BOOST_TEST((block_nonce(seed, 59).hex() == digest.hex().substr(0, 32)));
}

// In a renewal no two relays and no two vaults of a relay are given the same.
BOOST_AUTO_TEST_CASE(those_of_a_renewal_differ_by_relay_and_by_vault) {
    NonceSeed seed;
    seed.bytes.fill(7);
    routing::NodeId relay;
    routing::VaultId vault;
    relay.bytes.fill(1);
    vault.bytes.fill(2);
    crypto::Hasher first(crypto::Label{"catacomb renewal nonce"});
    const auto of_relay = first.fixed(seed).fixed(relay).digest().hex().substr(0, 32);
    BOOST_TEST(relay_nonce(seed, relay).hex() == of_relay);
    const auto nonce = relay_nonce(seed, relay);
    crypto::Hasher second(crypto::Label{"catacomb renewal nonce"});
    BOOST_TEST(vault_nonce(nonce, vault).hex() ==
               second.fixed(nonce).fixed(vault).digest().hex().substr(0, 32));
    auto other = relay;
    other.bytes[31] ^= 1;
    BOOST_TEST((relay_nonce(seed, other) != nonce));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
