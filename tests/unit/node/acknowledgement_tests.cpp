// Proves: a vault's acknowledgement speaks for one block, one lease, one network and one vault; with any
// field changed it is refused; and a proof of work counts only in its own epoch and the ones beside it.
#include "node/protocol/acknowledgement.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/client/exit_calls.hpp"
#include "routing/rendezvous/placement.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

namespace catacomb::node {
namespace {

struct Fixture {
    routing::NetworkParameters network = routing::NetworkParameters::testnet("acknowledgements");
    Time now = Time(hours(24 * 30 * 600));
    crypto::SeededRng rng{1};
    crypto::SignKeyPair key = crypto::SignKeyPair::generate(rng);
    VaultIdentity vault = identity_of(key, network.epoch_at(now));
    storage::BlockId block{storage::Root{crypto::content_hash(view("root")).bytes}, 7};
    Time lease_end = now + hours(24 * 30);
    ProofCache proofs;

    VaultIdentity identity_of(const crypto::SignKeyPair& of, std::uint32_t epoch) {
        return {of.public_key, crypto::pow_mint(of.public_key, epoch, network.pow, rng).value(), epoch};
    }
    wire::Acknowledgement given() { return to_wire(acknowledge(block, lease_end, vault, key, network)); }
    Code refusal(const wire::Acknowledgement& ack) {
        auto checked = check_acknowledgement(ack, block, network, now, proofs);
        BOOST_REQUIRE(!checked);
        return checked.error().code;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acknowledgements, Fixture)

BOOST_AUTO_TEST_CASE(what_a_vault_signs_holds) {
    auto checked = check_acknowledgement(given(), block, network, now, proofs);
    BOOST_REQUIRE(checked);
    BOOST_TEST((checked->vault.id() == vault.id()));
    BOOST_TEST((checked->lease_end == lease_end));
    BOOST_TEST(checked->index == 7);
    BOOST_TEST(checked->rendezvous.is_zero());
}

BOOST_AUTO_TEST_CASE(the_rendezvous_is_an_annotation_that_the_vault_does_not_sign) {
    auto ack = given();
    const routing::NodeId relay{crypto::content_hash(view("relay")).bytes};
    ack.set_rendezvous(proto_bytes(relay));
    BOOST_TEST((check_acknowledgement(ack, block, network, now, proofs).value().rendezvous == relay));
}

BOOST_AUTO_TEST_CASE(it_speaks_for_nothing_else) {
    const auto ack = given();
    const storage::BlockId sibling{block.root, 8};
    const storage::BlockId stranger{storage::Root{crypto::content_hash(view("other")).bytes}, 7};
    BOOST_TEST(check_acknowledgement(ack, sibling, network, now, proofs).error().is(Code::malformed));
    BOOST_TEST(check_acknowledgement(ack, stranger, network, now, proofs).error().is(Code::corrupt));
    auto renumbered = ack;
    renumbered.set_index(8);
    BOOST_TEST(check_acknowledgement(renumbered, sibling, network, now, proofs).error().is(Code::corrupt));
    auto elsewhere = routing::NetworkParameters::testnet("another network");
    BOOST_TEST(check_acknowledgement(ack, block, elsewhere, now, proofs).error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(every_changed_field_is_refused) {
    auto longer = given();
    longer.set_lease_end(longer.lease_end() + 1);
    BOOST_TEST((refusal(longer) == Code::corrupt));

    auto forged = given();
    (*forged.mutable_signature())[5] ^= 1;
    BOOST_TEST((refusal(forged) == Code::corrupt));

    auto cut = given();
    cut.mutable_signature()->pop_back();
    BOOST_TEST((refusal(cut) == Code::malformed));

    auto keyless = given();
    keyless.mutable_vault_key()->push_back('x');
    BOOST_TEST((refusal(keyless) == Code::malformed));

    // Another vault's name under this vault's signature.
    const auto other = crypto::SignKeyPair::generate(rng);
    const auto impostor = identity_of(other, vault.epoch);
    auto renamed = given();
    renamed.set_vault_key(proto_bytes(impostor.key));
    renamed.set_pow(proto_bytes(impostor.pow));
    BOOST_TEST((refusal(renamed) == Code::corrupt));
}

// An exit that makes up vaults of its own needs one that fits both the relay it names and the block's place.
BOOST_AUTO_TEST_CASE(a_word_counts_only_where_vault_and_block_belong) {
    routing::View view(network);
    for (std::uint32_t i = 0; i < 40; ++i) {
        const tests::TestRelay relay(rng, tests::test_address(i), now, network);
        BOOST_REQUIRE((view.insert(relay.sign(network).value(), now) == routing::View::Change::added));
    }
    const auto acknowledged = check_acknowledgement(given(), block, network, now, proofs).value();
    const auto position = routing::block_position(block.root, block.index);
    const auto after_vault = view.successors_of(vault.id(), view.size(), now);
    const auto after_block = view.successors_of(position, view.size(), now);
    for (std::size_t i = 0; i < view.size(); ++i) {
        BOOST_TEST(registers_at(acknowledged, after_vault[i]->id, view, 5, now) == (i < 5), "relay " << i);
        BOOST_TEST(answers_for(block, after_block[i]->id, view, 6, now) == (i < 6), "relay " << i);
    }
    BOOST_TEST(!registers_at(acknowledged, {}, view, view.size(), now));
    BOOST_TEST(!answers_for(block, {}, view, view.size(), now));
}

BOOST_AUTO_TEST_CASE(a_proof_of_work_counts_in_its_epoch_and_the_ones_beside_it) {
    const auto at = network.epoch_at(now);
    for (const int shift : {-2, -1, 0, 1, 2}) {
        vault = identity_of(key, at + static_cast<std::uint32_t>(shift));
        const auto checked = check_acknowledgement(given(), block, network, now, proofs);
        BOOST_TEST(checked.has_value() == (shift >= -1 && shift <= 1), "epoch " << shift);
    }
}

BOOST_AUTO_TEST_CASE(no_proof_of_work_no_vault) {
    network.pow.prefilter_bits = 12;
    auto ack = given();
    ack.set_pow(std::string(crypto::Pow::kSize, '\0'));
    BOOST_TEST((refusal(ack) == Code::corrupt));
}

BOOST_AUTO_TEST_CASE(an_exits_words_are_not_repeated) {
    for (const Code code : {Code::malformed, Code::full, Code::timed_out, Code::closed})
        BOOST_TEST(known_failure(name_of(code)) == name_of(code));
    for (const std::string told : {"", "\x1b]52;c;aGk=\a", "full ", "FULL"}) {
        BOOST_TEST(known_failure(told) == "the exit gave no reason that we know");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
