// Proves: a vault's acknowledgement speaks for one block, one attempt, one lease, one network and one vault;
// with any field changed it is refused; a word that was given once does not serve again; and a ticket
// counts only in its own epoch and the one after.
#include "node/protocol/acknowledgement.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"
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
    Asked asked = asked_for(1);

    Asked asked_for(std::uint8_t attempt) {
        NonceSeed seed;
        seed.bytes.fill(attempt);
        Asked out;
        out.block = block;
        out.size = 4096;
        out.lease_end = now + limits::kLease;
        out.nonce = block_nonce(seed, block.index);
        return out;
    }

    VaultIdentity identity_of(const crypto::SignKeyPair& of) {
        using routing::IdentityKind;
        return {of.public_key, make_proofs(IdentityKind::vault, of.public_key, network, now, rng).value()};
    }
    wire::Acknowledgement given(Time granted,
                                wire::Acknowledgement::Kind kind = wire::Acknowledgement::STORED) {
        return to_wire(acknowledge(kind, asked, granted, vault, key, network));
    }
    wire::Acknowledgement given() { return given(asked.lease_end); }
    Result<Acknowledged> check(const wire::Acknowledgement& ack, const Asked& question) {
        return read_acknowledgement(ack, question, network, now);
    }
    Error refusal(const wire::Acknowledgement& ack, const Asked& question) {
        auto checked = check(ack, question);
        BOOST_REQUIRE(!checked);
        return checked.error();
    }
    Code refusal(const wire::Acknowledgement& ack) { return refusal(ack, asked).code; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acknowledgements, Fixture)

BOOST_AUTO_TEST_CASE(what_a_vault_signs_holds) {
    auto checked = check(given(), asked);
    BOOST_REQUIRE(checked);
    BOOST_TEST((checked->vault.id() == vault.id()));
    BOOST_TEST((checked->lease_end == asked.lease_end));
    BOOST_TEST((checked->kind == wire::Acknowledgement::STORED));
    BOOST_TEST(checked->index == 7);
    BOOST_TEST(checked->size == 4096U);
    BOOST_TEST(checked->rendezvous.is_zero());
}

BOOST_AUTO_TEST_CASE(the_rendezvous_is_an_annotation_that_the_vault_does_not_sign) {
    auto ack = given();
    const routing::NodeId relay{crypto::content_hash(view("relay")).bytes};
    ack.set_rendezvous(proto_bytes(relay));
    BOOST_TEST((check(ack, asked).value().rendezvous == relay));
}

BOOST_AUTO_TEST_CASE(it_speaks_for_nothing_else) {
    const auto ack = given();
    auto sibling = asked, stranger = asked, longer = asked;
    sibling.block.index = 8;
    stranger.block.root = storage::Root{crypto::content_hash(view("other")).bytes};
    longer.size = 16 * 1024;
    BOOST_TEST(refusal(ack, sibling).is(Code::malformed));
    BOOST_TEST(refusal(ack, stranger).is(Code::corrupt));
    BOOST_TEST(refusal(ack, longer).is(Code::malformed));
    auto renumbered = ack, stretched = ack;
    renumbered.set_index(8);
    stretched.set_size(longer.size);
    BOOST_TEST(refusal(renumbered, sibling).is(Code::corrupt));
    BOOST_TEST(refusal(stretched, longer).is(Code::corrupt));
    network = routing::NetworkParameters::testnet("another network");
    BOOST_TEST(refusal(ack, asked).is(Code::corrupt));
}

// An exit keeps the words that vaults gave it, throws the blocks of the next attempt away, and shows the
// words again: the same day, block, size, lease and vault. Only the nonce is another.
BOOST_AUTO_TEST_CASE(a_word_that_was_given_once_does_not_serve_again) {
    const auto kept = given();
    const auto again = asked_for(2);
    BOOST_TEST(
        (again.block == asked.block && again.lease_end == asked.lease_end && again.size == asked.size));
    BOOST_TEST(check(kept, asked).has_value());
    BOOST_TEST(refusal(kept, again).is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(a_word_of_another_version_is_refused_by_name) {
    for (const std::uint32_t version : {0U, 1U, 3U}) {
        auto other = given();
        other.set_version(version);
        const auto why = refusal(other, asked);
        BOOST_TEST(why.is(Code::malformed));
        const auto name = "version " + std::to_string(version);
        BOOST_TEST(why.message.find(name) != std::string::npos, why.message);
    }
}

BOOST_AUTO_TEST_CASE(renewed_is_not_stored) {
    auto renewed = given(asked.lease_end, wire::Acknowledgement::RENEWED);
    BOOST_TEST((check(renewed, asked).value().kind == wire::Acknowledgement::RENEWED));
    renewed.set_kind(wire::Acknowledgement::STORED);
    BOOST_TEST((refusal(renewed) == Code::corrupt));
    renewed.set_kind(static_cast<wire::Acknowledgement::Kind>(7));
    BOOST_TEST((refusal(renewed) == Code::malformed));
    // Who sent no body has nothing that could be stored.
    auto no_body = asked;
    no_body.lease_only = true;
    BOOST_TEST(refusal(given(), no_body).is(Code::malformed));
    BOOST_TEST(check(given(asked.lease_end, wire::Acknowledgement::RENEWED), no_body).has_value());
}

BOOST_AUTO_TEST_CASE(a_lease_may_be_shorter_than_asked_but_not_too_short) {
    const auto least = now + limits::kShortestLease;
    BOOST_TEST((check(given(least), asked).value().lease_end == least));
    BOOST_TEST((refusal(given(least - seconds(1))) == Code::corrupt));
    BOOST_TEST((refusal(given(asked.lease_end + seconds(1))) == Code::corrupt));
    // Whoever asks for little gets all of it.
    asked.lease_end = now + hours(1);
    BOOST_TEST(check(given(), asked).has_value());
    BOOST_TEST((refusal(given(asked.lease_end - seconds(1))) == Code::corrupt));
}

BOOST_AUTO_TEST_CASE(a_vault_grants_what_is_asked_up_to_the_longest) {
    const auto longest = now + limits::kLongestLease;
    BOOST_TEST(!granted_lease(now, now).has_value());
    BOOST_TEST((granted_lease(now + seconds(1), now) == now + seconds(1)));
    BOOST_TEST((granted_lease(longest, now) == longest));
    for (const Time beyond : {Time(longest + hours(6)), kNever}) {
        const auto granted = granted_lease(beyond, now + hours(5)).value();
        BOOST_TEST((granted <= longest + hours(5) && granted > longest - limits::kDay));
        BOOST_TEST(unix_seconds(granted) % (24 * 3600) == 0U);
    }
}

BOOST_AUTO_TEST_CASE(every_changed_field_is_refused) {
    auto longer = given();
    longer.set_lease_end(longer.lease_end() - 1);
    BOOST_TEST((refusal(longer) == Code::corrupt));

    auto batched = given();
    batched.set_batch_path(std::string(32, '\0'));
    BOOST_TEST((refusal(batched) == Code::malformed));

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
    const auto acknowledged = check(given(), asked).value();
    const auto position = routing::block_position(block.root, block.index);
    const auto after_vault = view.successors_of(vault.id(), view.size(), now);
    const auto after_block = view.successors_of(position, view.size(), now);
    for (std::size_t i = 0; i < view.size(); ++i) {
        BOOST_TEST(registers_at(acknowledged.vault.id(), after_vault[i]->id, view, 5, now) == (i < 5),
                   "relay " << i);
        BOOST_TEST(answers_for(block, after_block[i]->id, view, 6, now) == (i < 6), "relay " << i);
    }
    BOOST_TEST(!registers_at(acknowledged.vault.id(), {}, view, view.size(), now));
    BOOST_TEST(!answers_for(block, {}, view, view.size(), now));
}

// Not the founding proof, nor a word of the key: the ticket of an epoch of this very vault.
BOOST_AUTO_TEST_CASE(a_ticket_counts_in_its_epoch_and_the_one_after) {
    const auto at = network.epoch_of(vault.id(), now);
    for (const int shift : {-2, -1, 0, 1, 2}) {
        vault.proofs.epoch = at + static_cast<std::uint32_t>(shift);
        const auto checked = check(given(), asked);
        BOOST_TEST(checked.has_value() == (shift == -1 || shift == 0), "epoch " << shift);
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
    for (const Code code : {Code::malformed, Code::timed_out, Code::closed})
        BOOST_TEST(known_failure(name_of(code)).text() == name_of(code));
    BOOST_TEST(known_failure("full").text() == "the vaults near its places are full");
    BOOST_TEST(known_failure("full").is(Code::full));
    for (const std::string told : {"", "\x1b]52;c;aGk=\a", "full ", "FULL"}) {
        BOOST_TEST(known_failure(told).text() == "the exit gave no reason that we know");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
