// Proves: a vault knows of which roots it has blocks, for as long as it has one of them, whatever is added
// and dropped twice.
#include "node/vault/inventory.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "crypto/random.hpp"

namespace catacomb::node {
namespace {

storage::BlockId block(std::uint8_t root, std::uint8_t index) {
    storage::BlockId out;
    out.root.bytes[0] = root;
    out.index = index;
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vault_inventory)

BOOST_AUTO_TEST_CASE(a_root_is_here_while_one_of_its_blocks_is) {
    VaultInventory inventory;
    BOOST_TEST(!inventory.has_sibling(block(1, 0).root));
    BOOST_TEST(inventory.add(block(1, 0)));
    BOOST_TEST(!inventory.add(block(1, 0)));
    BOOST_TEST(inventory.add(block(1, 7)));
    BOOST_TEST((inventory.has(block(1, 7)) && !inventory.has(block(1, 8))));
    BOOST_TEST(inventory.drop(block(1, 0)));
    BOOST_TEST(!inventory.drop(block(1, 0)));
    BOOST_TEST(inventory.has_sibling(block(1, 0).root));
    BOOST_TEST(inventory.drop(block(1, 7)));
    BOOST_TEST(!inventory.has_sibling(block(1, 0).root));
    BOOST_TEST(!inventory.drop(block(2, 0)));
}

BOOST_AUTO_TEST_CASE(it_agrees_with_a_plain_set_after_any_history) {
    crypto::SeededRng rng(1);
    VaultInventory inventory;
    std::set<std::pair<unsigned, unsigned>> plain;
    for (int i = 0; i < 5000; ++i) {
        const auto root = static_cast<std::uint8_t>(rng.below(5)),
                   index = static_cast<std::uint8_t>(rng.below(6));
        const auto name = std::pair{unsigned{root}, unsigned{index}};
        if (rng.chance(0.5)) {
            BOOST_REQUIRE(inventory.add(block(root, index)) == plain.insert(name).second);
        } else {
            BOOST_REQUIRE(inventory.drop(block(root, index)) == (plain.erase(name) > 0));
        }
        const auto first = plain.lower_bound({root, 0});
        BOOST_REQUIRE(inventory.has_sibling(block(root, 0).root) ==
                      (first != plain.end() && first->first == root));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
