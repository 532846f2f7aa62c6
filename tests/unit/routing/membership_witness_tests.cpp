// Proves: an onion key is agreed on when two others have shown it, never by its own relay's word; a newer key
// waits for witnesses of its own while the agreed one serves; two keys of one epoch convict, by a proof that
// anybody can check, until the epoch is over; and gossip makes witnesses of whoever holds the same.
#include <boost/test/unit_test.hpp>

#include "routing/membership/reconcile.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;
using Change = View::Change;

namespace {

struct Witnesses {
    crypto::SeededRng rng{4};
    View view{test_network()};
    TestRelay relay{rng, test_address(1)};
    NodeId a = rng.opaque<NodeId>(), b = rng.opaque<NodeId>();
    DescriptorPtr first = relay.descriptor();

    Witnesses() { BOOST_REQUIRE(view.insert(first, kTestNow) == Change::added); }
    bool is_agreed() const { return view.agreed(first->id) != nullptr; }
    // Of the same relay, with another onion key.
    DescriptorPtr other_key(std::uint32_t epochs_before = 0) {
        TestRelay twin(relay.key.clone(), relay.fields);
        twin.fields.onion_key = crypto::AgreeKeyPair::generate(rng).public_key;
        ++twin.fields.incarnation;
        if (epochs_before > 0) {
            const auto epoch = first->proofs.epoch - epochs_before;
            BOOST_REQUIRE(renew_ticket(twin.fields.proofs, first->id, test_network(),
                                       test_network().epoch_begins(first->id, epoch), rng));
        }
        return twin.descriptor();
    }
    ConvictionPtr conviction(const DescriptorPtr& one, const DescriptorPtr& other) const {
        return std::make_shared<const Conviction>(Conviction{one, other});
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(witnesses, Witnesses)

BOOST_AUTO_TEST_CASE(two_others_are_needed) {
    BOOST_TEST(!is_agreed());
    BOOST_TEST(view.waiting(kTestNow) == 1U);
    view.shown(*first, first->id);
    view.shown(*first, a);
    view.shown(*first, a);
    BOOST_TEST(!is_agreed());
    BOOST_TEST(view.all_agreed(kTestNow, View::Suspects::included).empty());
    view.shown(*first, b);
    BOOST_TEST(is_agreed());
    BOOST_TEST(view.waiting(kTestNow) == 0U);
    BOOST_CHECK(view.all_agreed(kTestNow, View::Suspects::included) == std::vector{first});
}

BOOST_AUTO_TEST_CASE(other_bytes_with_the_same_key_are_as_good) {
    view.shown(*first, a);
    relay.fields.capacity_class = 7;
    ++relay.fields.incarnation;
    const auto renewed = relay.descriptor();
    BOOST_CHECK(view.insert(renewed, kTestNow) == Change::renewed);
    view.shown(*first, b);
    BOOST_CHECK(view.agreed(first->id) == renewed);
}

BOOST_AUTO_TEST_CASE(the_key_of_another_epoch_waits_while_the_agreed_one_serves) {
    view.shown(*first, a);
    view.shown(*first, b);
    const auto other = other_key(1);
    BOOST_CHECK(view.insert(other, kTestNow) == Change::renewed);
    BOOST_CHECK(view.find(first->id) == other);
    BOOST_CHECK(view.agreed(first->id) == first);
    BOOST_TEST(view.waiting(kTestNow) == 1U);
    // Who has shown the one is no witness of the other.
    view.shown(*first, a);
    view.shown(*other, a);
    BOOST_CHECK(view.agreed(first->id) == first);
    view.shown(*other, b);
    BOOST_CHECK(view.agreed(first->id) == other);
}

BOOST_AUTO_TEST_CASE(our_own_needs_no_witness) {
    view.vouch(first->id);
    BOOST_TEST(is_agreed());
}

BOOST_AUTO_TEST_CASE(two_keys_of_one_epoch_convict_until_it_is_over) {
    const auto twin = other_key();
    BOOST_CHECK(view.insert(twin, kTestNow) == Change::convicted);
    BOOST_TEST(view.is_convicted(first->id));
    BOOST_TEST(view.size() == 0U);
    BOOST_CHECK(view.insert(first, kTestNow) == Change::convicted);
    BOOST_CHECK(view.insert(twin, kTestNow) == Change::convicted);
    view.expire(kTestNow + hours(25));
    BOOST_TEST(view.is_convicted(first->id));
    const auto next_but_one = test_network().epoch_begins(first->id, first->proofs.epoch + 2);
    view.expire(next_but_one);
    BOOST_TEST(!view.is_convicted(first->id));
    TestRelay later(relay.key.clone(), relay.fields);
    BOOST_REQUIRE(renew_ticket(later.fields.proofs, first->id, test_network(), next_but_one + hours(1), rng));
    later.fields.published = next_but_one;
    later.fields.expires = next_but_one + hours(24);
    BOOST_CHECK(view.insert(later.descriptor(), next_but_one) == Change::added);
}

BOOST_AUTO_TEST_CASE(an_agreed_key_convicts_too) {
    view.shown(*first, a);
    view.shown(*first, b);
    view.insert(other_key(1), kTestNow);
    BOOST_CHECK(view.insert(other_key(), kTestNow) == Change::convicted);
    BOOST_CHECK(view.agreed(first->id) == nullptr);  // of the convicted epoch
    BOOST_TEST(view.size() == 1U);                   // what it signed for another stays
}

BOOST_AUTO_TEST_CASE(a_conviction_can_be_checked_by_anybody) {
    const auto twin = other_key();
    const auto encoded = conviction(first, twin)->encode();
    const auto parsed = parse_conviction(encoded, test_network());
    BOOST_REQUIRE(parsed);
    BOOST_CHECK(verify_conviction(*parsed, test_network(), kTestNow));
    BOOST_CHECK(verify_conviction(*parsed, test_network(), kTestNow + hours(25)));  // both have expired
    BOOST_CHECK((parsed->name() == conviction(twin, first)->name()));
    const auto too_late = test_network().epoch_begins(first->id, first->proofs.epoch + 2);
    BOOST_CHECK(!verify_conviction(*parsed, test_network(), too_late));
}

BOOST_AUTO_TEST_CASE(no_conviction_is_made_up) {
    const auto refused = [&](const DescriptorPtr& one, const DescriptorPtr& other) {
        return !parse_conviction(conviction(one, other)->encode(), test_network());
    };
    BOOST_TEST(refused(first, first));
    BOOST_TEST(refused(first, other_key(1)));  // of different epochs
    const TestRelay stranger(rng, test_address(2));
    BOOST_TEST(refused(first, stranger.descriptor()));
    // One that its relay has not signed.
    auto forged = *other_key();
    forged.encoded[3] ^= 1;
    const auto bytes = Conviction{first, std::make_shared<const Descriptor>(forged)}.encode();
    const auto parsed = parse_conviction(bytes, test_network());
    BOOST_REQUIRE(parsed);
    BOOST_TEST(verify_conviction(*parsed, test_network(), kTestNow).error().is(Code::corrupt));
    for (std::size_t length = 0; length < bytes.size(); length += 7)
        BOOST_TEST(!parse_conviction(ByteView(bytes).first(length), test_network()));
}

BOOST_AUTO_TEST_CASE(who_holds_the_same_is_a_witness) {
    View other(test_network());
    for (std::uint32_t i = 2; i < 40; ++i) {
        const auto common = TestRelay(rng, test_address(i)).descriptor();
        view.insert(common, kTestNow);
        other.insert(common, kTestNow);
    }
    const auto opening = gossip_opening(view);
    const auto answer = gossip_answer(other, opening);
    take_as_witness(view, opening, answer, a);
    take_as_witness(view, opening, answer, a);
    BOOST_TEST(view.waiting(kTestNow) == 39U);
    take_as_witness(view, gossip_opening(other), b);  // whole buckets: it has not answered yet
    take_as_witness(view, opening, answer, b);
    BOOST_TEST(view.waiting(kTestNow) == 1U);  // which only we know
    BOOST_TEST(!is_agreed());
}

BOOST_AUTO_TEST_CASE(what_came_during_the_exchange_has_no_witness_by_it) {
    View other(test_network());
    other.insert(first, kTestNow);
    const auto opening = gossip_opening(view);
    const auto answer = gossip_answer(other, opening);
    const TestRelay late(rng, test_address(3));
    view.insert(late.descriptor(), kTestNow);
    take_as_witness(view, opening, answer, a);
    take_as_witness(view, opening, answer, b);
    BOOST_CHECK(view.agreed(late.descriptor()->id) == nullptr);
}

BOOST_AUTO_TEST_CASE(gossip_passes_convictions_on) {
    view.insert(other_key(), kTestNow);
    View other(test_network());
    other.insert(first, kTestNow);
    const auto none = [](const EntryName&) { return false; };
    // Pulled,
    const auto answer = gossip_answer(view, gossip_opening(other));
    const auto want = gossip_follow_up(other, answer, true, none);
    const auto told = decode_gossip_answer(encode_gossip_answer(gossip_answer(view, want)), 100);
    BOOST_REQUIRE(told);
    BOOST_REQUIRE(told->convictions.size() == 1U);
    // and pushed.
    const auto push = gossip_follow_up(view, gossip_answer(other, gossip_opening(view)), true, none);
    const auto pushed = decode_gossip_request(encode_gossip_request(push));
    BOOST_REQUIRE(pushed);
    BOOST_TEST(pushed->push_convictions == told->convictions);
    auto parsed = parse_conviction(told->convictions[0], test_network());
    BOOST_REQUIRE(parsed);
    BOOST_TEST(other.convict(std::make_shared<const Conviction>(*parsed)));
    for (std::size_t i = 0; i < kViewBuckets; ++i)
        BOOST_TEST((other.bucket_digest(i) == view.bucket_digest(i)));
}

BOOST_AUTO_TEST_SUITE_END()
