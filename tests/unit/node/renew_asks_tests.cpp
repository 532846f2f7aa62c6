// Proves: a rendezvous asks each vault for what it has and for no more than it takes at once, and an exit
// sends one relay no more than that takes; what a relay says of blocks that it was not asked for counts for
// nothing.
#include <boost/test/unit_test.hpp>

#include "node/exit/renew_bundle.hpp"
#include "node/protocol/block_nonce.hpp"
#include "node/protocol/limits.hpp"
#include "node/rendezvous/renew_lists.hpp"

namespace catacomb::node {
namespace {

storage::Root root_of(std::uint8_t n) {
    storage::Root out;
    out.bytes.fill(n);
    return out;
}

routing::RegisteredVault vault_of(std::uint8_t n) {
    routing::RegisteredVault out;
    out.id.bytes.fill(n);
    out.session = n;
    return out;
}

// Four segments of 60 blocks.
RenewalAsked much() {
    RenewalAsked out;
    for (std::uint8_t i = 0; i < 4; ++i) out.items.push_back({root_of(i), all_of(60), 4096});
    out.lease_end = Time(hours(24));
    out.nonce.bytes.fill(5);
    return out;
}

BlockMask all_masks(const VaultLists& lists, std::uint32_t number) {
    BlockMask out = 0;
    for (const auto& list : lists.lists) {
        for (std::size_t i = 0; i < list.numbers.size(); ++i) {
            if (list.numbers[i] != number) continue;
            BOOST_TEST((out & list.asked.items[i].mask) == 0U);
            out |= list.asked.items[i].mask;
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(renew_asks)

BOOST_AUTO_TEST_CASE(a_vault_is_asked_for_all_that_it_has_in_lists_that_it_takes) {
    const auto asked = much();
    const auto lists = renew_lists(
        asked, [](const storage::BlockId& block) { return std::vector{vault_of(block.index < 30 ? 1 : 2)}; });
    BOOST_REQUIRE(lists.size() == 2U);
    for (const auto& one : lists) {
        BOOST_TEST(one.lists.size() == 2U);  // 120 blocks
        for (std::uint32_t i = 0; i < 4; ++i)
            BOOST_TEST(all_masks(one, i) == (one.vault.session == 1 ? all_of(30) : all_of(60) & ~all_of(30)));
        for (const auto& list : one.lists) {
            BOOST_TEST(list.asked.blocks() <= limits::kRenewedByVault);
            BOOST_TEST((list.asked.nonce == vault_nonce(asked.nonce, one.vault.id)));
            BOOST_TEST((list.asked.lease_end == asked.lease_end));
            for (std::size_t i = 0; i < list.numbers.size(); ++i)
                BOOST_TEST((list.asked.items[i].root == root_of(static_cast<std::uint8_t>(list.numbers[i]))));
        }
    }
}

BOOST_AUTO_TEST_CASE(of_many_copies_two_are_renewed_and_of_none_nothing) {
    auto asked = much();
    asked.items.resize(1);
    const auto copies = renew_lists(asked, [](const storage::BlockId&) {
        return std::vector{vault_of(3), vault_of(2), vault_of(1)};
    });
    BOOST_REQUIRE(copies.size() == 2U);
    BOOST_TEST(copies[0].vault.session == 2U);
    BOOST_TEST(copies[1].vault.session == 3U);
    const auto none = renew_lists(asked, [](const auto&) { return std::vector<routing::RegisteredVault>{}; });
    BOOST_TEST(none.empty());
}

BOOST_AUTO_TEST_CASE(a_bundle_takes_what_a_relay_takes) {
    RenewBundle bundle;
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(bundle.take(3 - i, all_of(60)));
    BOOST_TEST(!bundle.take(9, all_of(17)));  // 257
    BOOST_TEST(bundle.take(9, all_of(16)));
    BOOST_TEST(!bundle.take(9, bit(40)));
    auto all = much().items;
    all.resize(10);
    const auto request = bundle.request(all, Time(hours(1)), {});
    BOOST_REQUIRE(request.items.size() == 5U);
    BOOST_TEST((request.items[1].root == root_of(1)));
    BOOST_TEST(request.items[4].mask == all_of(16));
    BOOST_TEST(
        read_renewal(to_wire(request), limits::kRenewedByRelay).error().is(Code::malformed));  // no size
}

BOOST_AUTO_TEST_CASE(what_was_not_asked_for_counts_for_nothing) {
    RenewBundle bundle;
    bundle.take(2, bit(1) | bit(2));
    bundle.take(5, bit(7));
    wire::Renewed word;
    word.add_items(0);
    word.add_items(1);
    word.add_masks(bit(1) | bit(9));
    word.add_masks(0);
    BOOST_REQUIRE(bundle.renumber(word));
    BOOST_TEST(word.items(0) == 2U);
    BOOST_TEST(word.items(1) == 5U);
    bundle.renewed(word);
    wire::ManyRenewed answer;
    answer.add_absent(bit(1) | bit(2) | bit(3));
    bundle.absent(answer.absent());
    const auto first = bundle.told(2, bit(1) | bit(2));
    BOOST_TEST(first.renewed == bit(1));
    BOOST_TEST(first.absent == bit(2));
    BOOST_TEST(bundle.told(5, bit(7)).renewed == 0U);
    BOOST_TEST(bundle.told(5, bit(7)).absent == 0U);
    BOOST_TEST(bundle.told(4, bit(1)).renewed == 0U);
    word.set_items(0, 2);
    BOOST_TEST(!bundle.renumber(word));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
