// Proves: one word about many blocks speaks for what the vault read and put, and for nothing else: each block
// that fails falls out of it alone; with any field changed, or for another attempt, it is refused.
#include "node/protocol/renewal.hpp"

#include <boost/test/unit_test.hpp>

#include "node/protocol/limits.hpp"
#include "node/vault/renew_talk.hpp"
#include "routing/proofs/minting.hpp"
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
    Bytes block(const storage::BlockId& id) { return (id.root == one.root() ? one : other).block(id.index); }
    wire::VaultRenewed word(std::vector<BlockMask> masks, Time granted) {
        return sign_renewal(asked, {vault, std::move(masks), granted}, key, network);
    }
    wire::VaultRenewed word() { return word({bit(3), bit(31)}, asked.lease_end); }
    Result<Renewed> check(const wire::VaultRenewed& given, const RenewalAsked& of) {
        return read_renewed(given, of, network, now);
    }
    Code refusal(const wire::VaultRenewed& given) {
        const auto checked = check(given, asked);
        BOOST_REQUIRE(!checked);
        return checked.error().code;
    }
    // All reads and puts succeed but those whose number is told.
    std::vector<BlockMask> renewed(std::size_t bad_read, std::size_t bad_put) {
        auto talk = RenewTalk::begin(to_wire(asked), now).value();
        BOOST_REQUIRE(talk.blocks().size() == 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            const auto id = talk.blocks()[i];
            talk.was_read(i, i == bad_read ? Result<Bytes>(error(Code::io)) : Result<Bytes>(block(id)));
        }
        std::vector<Result<>> done(talk.take_puts().size(), ok());
        if (bad_put < done.size()) done[bad_put] = error(Code::full);
        return talk.were_put(done);
    }
};

constexpr std::size_t kNone = 99;
using Masks = std::vector<BlockMask>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(renewals, Fixture)

BOOST_AUTO_TEST_CASE(what_fails_falls_out_alone) {
    const auto both = bit(3) | bit(7);
    BOOST_TEST((renewed(kNone, kNone) == Masks{both, bit(31)}));
    BOOST_TEST((renewed(0, kNone) == Masks{bit(7), bit(31)}));
    BOOST_TEST((renewed(1, kNone) == Masks{bit(3), bit(31)}));
    BOOST_TEST((renewed(2, kNone) == Masks{both, 0}));
    BOOST_TEST((renewed(kNone, 0) == Masks{bit(7), bit(31)}));
    BOOST_TEST((renewed(kNone, 2) == Masks{both, 0}));
    BOOST_TEST((renewed(0, 0) == Masks{0, bit(31)}));  // the first put is of the second block
}

BOOST_AUTO_TEST_CASE(a_block_that_is_another_is_not_renewed) {
    auto talk = RenewTalk::begin(to_wire(asked), now).value();
    talk.was_read(0, one.block(4));
    talk.was_read(1, Bytes(10, 1));
    talk.was_read(2, other.block(31));
    const auto puts = talk.take_puts();
    BOOST_REQUIRE(puts.size() == 1U);
    BOOST_TEST((puts[0].id == storage::BlockId{other.root(), 31}));
    BOOST_TEST((puts[0].lease_end == asked.lease_end));
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
