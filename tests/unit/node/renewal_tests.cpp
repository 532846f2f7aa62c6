// Proves: one word about many blocks speaks for what the vault read and extended, and for nothing else: each
// block that fails falls out of it alone; with any field changed, or for another attempt, it is refused.
#include "node/protocol/renewal.hpp"

#include <boost/test/unit_test.hpp>

#include "node/protocol/block_nonce.hpp"
#include "node/protocol/limits.hpp"
#include "node/vault/renew_talk.hpp"
#include "routing/proofs/minting.hpp"
#include "storage/store/memory_store.hpp"
#include "tests/support/some_blocks.hpp"

namespace catacomb::node {
namespace {

struct Fixture {
    routing::NetworkParameters network = routing::NetworkParameters::testnet("renewals");
    Time now = Time(hours(24 * 30 * 600));
    crypto::SeededRng rng{1};
    crypto::SignKeyPair key = crypto::SignKeyPair::generate(rng);
    VaultIdentity vault = make_identity();
    storage::SegmentBlocks one = tests::some_segment(1), other = tests::some_segment(2);
    RenewalAsked asked;

    Fixture() {
        const auto size = static_cast<std::uint32_t>(one.profile().block());
        asked.items = {{one.root(), bit(3) | bit(7), size}, {other.root(), bit(31), size}};
        asked.lease_end = now + limits::kLease;
        asked.nonce.bytes.fill(9);
    }
    VaultIdentity make_identity() {
        const auto kind = routing::IdentityKind::vault;
        return {key.public_key, routing::make_proofs(kind, key.public_key, network, now, rng).value()};
    }
    wire::Renewed word(std::vector<BlockMask> masks, Time granted) {
        return sign_renewal(asked, {vault, std::move(masks), granted}, key, network);
    }
    wire::Renewed word() { return word({bit(3), bit(31)}, asked.lease_end); }
    Result<Renewed> check(const wire::Renewed& given, const RenewalAsked& of) {
        return read_renewed(given, of, network, now);
    }
    Code refusal(const wire::Renewed& given) {
        const auto checked = check(given, asked);
        BOOST_REQUIRE(!checked);
        return checked.error().code;
    }
    // All are extended but the one whose number is told.
    std::vector<BlockMask> renewed(std::size_t failing) {
        const auto talk = RenewTalk::begin(to_wire(asked), now).value();
        std::vector<Result<>> done(talk.renewals().size(), ok());
        BOOST_REQUIRE(done.size() == 3U);
        if (failing < done.size()) done[failing] = error(Code::io);
        return talk.were_renewed(done);
    }
    // The same word as a relay passes it on, which was asked for both items and a third before them.
    RenewalAsked of_relay() {
        auto out = asked;
        out.items.insert(out.items.begin(), {other.root(), bit(1), asked.items[0].size});
        return out;
    }
    wire::Renewed passed_on(std::vector<std::uint32_t> numbers) {
        auto inner = asked;
        inner.nonce = vault_nonce(asked.nonce, vault.id());
        auto out = sign_renewal(inner, {vault, {bit(3), bit(31)}, asked.lease_end}, key, network);
        for (const auto number : numbers) out.add_items(number);
        return out;
    }
    bool holds(std::vector<std::uint32_t> numbers) {
        const auto given = passed_on(std::move(numbers));
        const auto inner = asked_of_vault(given, of_relay(), network, now);
        return inner && check(given, *inner);
    }
};

constexpr std::size_t kNone = 99;
using Masks = std::vector<BlockMask>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(renewals, Fixture)

BOOST_AUTO_TEST_CASE(what_fails_falls_out_alone) {
    const auto both = bit(3) | bit(7);
    BOOST_TEST((renewed(kNone) == Masks{both, bit(31)}));
    BOOST_TEST((renewed(0) == Masks{bit(7), bit(31)}));
    BOOST_TEST((renewed(1) == Masks{bit(3), bit(31)}));
    BOOST_TEST((renewed(2) == Masks{both, 0}));
}

// The store is asked for the very blocks, of the size that the word will speak of.
BOOST_AUTO_TEST_CASE(what_the_store_is_asked_for) {
    const auto talk = RenewTalk::begin(to_wire(asked), now).value();
    const auto& last = talk.renewals().back();
    BOOST_TEST((last.id == storage::BlockId{other.root(), 31}));
    BOOST_TEST((last.lease_end == asked.lease_end));
    BOOST_TEST(last.size == asked.items[1].size);
    storage::MemoryBlockStore store(1 << 20);
    storage::Put put;
    put.id = last.id;
    put.bytes = other.block(31);
    put.lease_end = now;
    BOOST_REQUIRE(store.put_group(std::span(&put, 1)).front().has_value());
    auto wrong = last;
    ++wrong.size;
    BOOST_TEST(store.renew(std::span(&wrong, 1)).front().error().is(Code::not_found));
    BOOST_TEST((store.info(last.id)->lease_end == now));
    BOOST_TEST(store.renew(std::span(&last, 1)).front().has_value());
    BOOST_TEST((store.info(last.id)->lease_end == asked.lease_end));
}

// Whoever is handed a word checks it against what he asked for, which the word numbers.
BOOST_AUTO_TEST_CASE(a_word_that_is_passed_on_numbers_what_it_is_about) {
    BOOST_TEST(holds({1, 2}));
    BOOST_TEST(!holds({}));
    BOOST_TEST(!holds({0, 2}));     // of other blocks
    BOOST_TEST(!holds({2, 1}));     // not ascending
    BOOST_TEST(!holds({1, 1}));     // twice
    BOOST_TEST(!holds({1, 3}));     // there is no such item
    BOOST_TEST(!holds({1}));        // fewer than were signed for
    BOOST_TEST(!holds({0, 1, 2}));  // more
    // Before any signature: whoever signs for an item twice, or names one that is not, makes no sense.
    const auto makes_sense = [&](const std::vector<std::uint32_t>& numbers) {
        return asked_of_vault(passed_on(numbers), of_relay(), network, now).has_value();
    };
    BOOST_TEST(makes_sense({0, 2}));
    BOOST_TEST(!makes_sense({2, 1}));
    BOOST_TEST(!makes_sense({1, 1}));
    BOOST_TEST(!makes_sense({1, 3}));
    auto other_relay = of_relay();
    other_relay.nonce.bytes[0] ^= 1;
    const auto given = passed_on({1, 2});
    BOOST_TEST(!check(given, asked_of_vault(given, other_relay, network, now).value()));
}

BOOST_AUTO_TEST_CASE(requests_that_make_no_sense) {
    const auto starts = [&](auto change) {
        auto message = to_wire(asked);
        change(message);
        return RenewTalk::begin(message, now).has_value();
    };
    BOOST_TEST(starts([](auto&) {}));
    BOOST_TEST(!starts([](auto& m) { m.clear_items(); }));
    BOOST_TEST(!starts([](auto& m) { m.mutable_items(0)->set_mask(0); }));
    BOOST_TEST(!starts([](auto& m) { m.mutable_items(0)->set_root("short"); }));
    BOOST_TEST(!starts([](auto& m) { m.mutable_items(1)->set_size(0); }));
    BOOST_TEST(!starts([](auto& m) { m.mutable_items(0)->set_mask(~BlockMask{0}); }));  // 65 blocks
    BOOST_TEST(!starts([](auto& m) { m.set_nonce("n"); }));
    BOOST_TEST(!starts([&](auto& m) { m.set_lease_end(unix_seconds(now)); }));
}

BOOST_AUTO_TEST_CASE(the_word_holds_for_this_attempt_alone) {
    const auto checked = check(word(), asked);
    BOOST_REQUIRE(checked.has_value());
    BOOST_TEST((checked->masks == Masks{bit(3), bit(31)}));
    BOOST_TEST((checked->vault.id() == vault.id()));
    BOOST_TEST((checked->lease_end == asked.lease_end));
    auto again = asked;
    again.nonce.bytes[0] ^= 1;
    BOOST_TEST(check(word(), again).error().is(Code::corrupt));
    auto swapped = asked;
    std::swap(swapped.items[0].root, swapped.items[1].root);
    BOOST_TEST(check(word(), swapped).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(every_changed_field_is_refused) {
    const auto refused = [&](auto change) {
        auto given = word();
        change(given);
        return refusal(given);
    };
    BOOST_TEST((refused([](auto& w) { w.set_masks(0, bit(3) | bit(7)); }) == Code::corrupt));
    BOOST_TEST((refused([](auto& w) { w.set_masks(0, bit(5)); }) == Code::malformed));
    BOOST_TEST((refused([](auto& w) { w.add_masks(1); }) == Code::malformed));
    BOOST_TEST((refused([](auto& w) { w.set_lease_end(w.lease_end() - 1); }) == Code::corrupt));
    BOOST_TEST((refused([](auto& w) { (*w.mutable_signature())[3] ^= 1; }) == Code::corrupt));
    BOOST_TEST((refused([](auto& w) { w.set_version(1); }) == Code::malformed));
    BOOST_TEST((refusal(word({bit(3), 0}, now + hours(1))) == Code::corrupt));  // too short a lease
}

BOOST_FIXTURE_TEST_CASE(what_was_added_to_a_word_is_not_passed_on, Fixture) {
    auto whole = word();
    whole.add_items(1);
    whole.set_rendezvous(std::string(32, 'r'));
    const auto bytes = encode(whole);
    auto longer = bytes;
    append(longer, ByteArray<5>{15 << 3 | 2, 3, 'a', 'b', 'c'});  // field 15, three bytes
    const auto added = decode<wire::Renewed>(longer).value();
    BOOST_TEST((encode(added) != bytes));
    BOOST_TEST((encode(without_additions(added)) == bytes));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
