// Proves: a vault's acknowledgement speaks for one block, one lease, one network and one vault; with any
// field changed it is refused; and a ticket counts only in its own epoch and the one after.
#include "node/protocol/acknowledgement.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/client/exit_calls.hpp"
#include "routing/proofs/minting.hpp"
#include "routing/rendezvous/placement.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

namespace catacomb::node {
namespace {

struct Fixture {
    routing::NetworkParameters network = routing::NetworkParameters::testnet("acknowledgements");
    Time now = Time(hours(24 * 30 * 600));
    crypto::SeededRng rng{1};
    crypto::SignKeyPair key = crypto::SignKeyPair::generate(rng);
    VaultIdentity vault = identity_of(key);
    storage::BlockId block{storage::Root{crypto::content_hash(view("root")).bytes}, 7};
    Time lease_end = now + hours(24 * 30);

    VaultIdentity identity_of(const crypto::SignKeyPair& of) {
        using routing::IdentityKind;
        return {of.public_key, make_proofs(IdentityKind::vault, of.public_key, network, now, rng).value()};
    }
    wire::Acknowledgement given() { return to_wire(acknowledge(block, lease_end, vault, key, network)); }
    Code refusal(const wire::Acknowledgement& ack) {
        auto checked = read_acknowledgement(ack, block, network, now);
        BOOST_REQUIRE(!checked);
        return checked.error().code;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acknowledgements, Fixture)

BOOST_AUTO_TEST_CASE(what_a_vault_signs_holds) {
    auto checked = read_acknowledgement(given(), block, network, now);
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
    BOOST_TEST((read_acknowledgement(ack, block, network, now).value().rendezvous == relay));
}

BOOST_AUTO_TEST_CASE(it_speaks_for_nothing_else) {
    const auto ack = given();
    const storage::BlockId sibling{block.root, 8};
    const storage::BlockId stranger{storage::Root{crypto::content_hash(view("other")).bytes}, 7};
    BOOST_TEST(read_acknowledgement(ack, sibling, network, now).error().is(Code::malformed));
    BOOST_TEST(read_acknowledgement(ack, stranger, network, now).error().is(Code::corrupt));
    auto renumbered = ack;
    renumbered.set_index(8);
    BOOST_TEST(read_acknowledgement(renumbered, sibling, network, now).error().is(Code::corrupt));
    auto elsewhere = routing::NetworkParameters::testnet("another network");
    BOOST_TEST(read_acknowledgement(ack, block, elsewhere, now).error().is(Code::corrupt));
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
    const auto impostor = identity_of(other);
    auto renamed = given();
    renamed.set_vault_key(proto_bytes(impostor.key));
    renamed.set_founding(proto_bytes(impostor.proofs.founding));
    BOOST_TEST((refusal(renamed) == Code::corrupt));
}

// An exit that makes up vaults of its own needs one that fits both the relay it names and the block's place.
BOOST_AUTO_TEST_CASE(a_word_counts_only_where_vault_and_block_belong) {
    routing::View view(network);
    for (std::uint32_t i = 0; i < 40; ++i) {
        const tests::TestRelay relay(rng, tests::test_address(i), now, network);
        BOOST_REQUIRE((view.insert(relay.sign(network).value(), now) == routing::View::Change::added));
    }
    const auto acknowledged = read_acknowledgement(given(), block, network, now).value();
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

// Not the founding proof, nor a word of the key: the ticket of an epoch of this very vault.
BOOST_AUTO_TEST_CASE(a_ticket_counts_in_its_epoch_and_the_one_after) {
    const auto at = network.epoch_of(vault.id(), now);
    for (const int shift : {-2, -1, 0, 1, 2}) {
        vault.proofs.epoch = at + static_cast<std::uint32_t>(shift);
        const auto read = read_acknowledgement(given(), block, network, now);
        BOOST_TEST(read.has_value() == (shift == -1 || shift == 0), "epoch " << shift);
    }
}

BOOST_AUTO_TEST_CASE(two_vaults_of_one_key_are_two_vaults) {
    network.pow.prefilter_bits = 1;  // else both would find the first nonce good
    const auto one = identity_of(key), two = identity_of(key);
    BOOST_TEST((one.key == two.key));
    BOOST_TEST((one.id() != two.id()));
    // Neither's ticket is the other's.
    const VaultIdentity mixed{key.public_key, {one.proofs.founding, two.proofs.ticket, one.proofs.epoch}};
    const auto claims = mixed.claims(network);
    BOOST_TEST(routing::verify(claims[0]).has_value());
    BOOST_TEST(!routing::verify(claims[1]).has_value());
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
