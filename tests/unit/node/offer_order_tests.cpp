// Proves: whose turn it is at a rendezvous to be offered a block, answer by answer: holders, then vaults
// without a sibling, then all by fewest; who refused for good is not asked again; whose word did not hold
// goes last; and when the time is up nobody is asked.
#include "node/rendezvous/offer_order.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "crypto/hash.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

const Time kNow = Time(hours(1000));
constexpr std::size_t kSmall = 16, kMiddle = 100, kLarge = 1000;  // networks, in relays

Candidate vault(unsigned number) {
    Candidate out;
    out.vault.id = routing::VaultId{crypto::content_hash(view(std::to_string(number))).bytes};
    out.vault.session = number;
    return out;
}
Candidate holder(unsigned number) {
    auto out = vault(number);
    out.holds = true;
    return out;
}
Candidate with_siblings(unsigned number, unsigned siblings) {
    auto out = vault(number);
    out.siblings = siblings;
    return out;
}

OfferOrder order(std::vector<Candidate> candidates, std::size_t relays, bool lease_only = false) {
    OfferOrder::Terms terms;
    terms.relays = relays;
    terms.lease_only = lease_only;
    terms.give_up = kNow + limits::kStoreAtVaults;
    return OfferOrder(storage::BlockId{}, std::move(candidates), terms);
}

// The sessions asked, none of which takes it; `sibling` says so of those that decline for a sibling.
std::vector<std::uint64_t> asked(OfferOrder order, const std::set<std::uint64_t>& sibling = {}) {
    std::vector<std::uint64_t> out;
    while (const auto offer = order.next(kNow)) {
        out.push_back(offer->vault.session);
        if (offer->avoid_siblings && sibling.count(offer->vault.session)) order.declined_for_sibling();
    }
    return out;
}
using Sessions = std::vector<std::uint64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(offer_orders)

BOOST_AUTO_TEST_CASE(whoever_has_the_block_is_asked_first_and_nobody_without_need) {
    auto offers = order({vault(1), vault(2), holder(3)}, kMiddle);
    const auto first = offers.next(kNow);
    BOOST_REQUIRE(first.has_value());
    BOOST_TEST(first->vault.session == 3U);
    BOOST_TEST(!first->body_follows);
}

BOOST_AUTO_TEST_CASE(siblings_are_kept_apart_where_there_are_relays_enough) {
    const std::vector<Candidate> town = {with_siblings(1, 2), with_siblings(2, 1), vault(3)};
    BOOST_TEST((asked(order(town, kMiddle)) == Sessions{3, 2, 1}));
    const auto first = order(town, kMiddle).next(kNow);
    BOOST_TEST(first->avoid_siblings);
    // In a small network nobody is asked to decline them.
    BOOST_TEST((asked(order(town, kSmall)) == Sessions{3, 2, 1}));
    BOOST_TEST(!order(town, kSmall).next(kNow)->avoid_siblings);
}

BOOST_AUTO_TEST_CASE(who_declined_for_a_sibling_is_asked_once_more_and_who_refused_is_not) {
    const std::vector<Candidate> town = {vault(1), vault(2)};
    const auto plain = asked(order(town, kMiddle));
    BOOST_TEST(plain.size() == 2U);
    const auto again = asked(order(town, kMiddle), {2});
    BOOST_TEST(again.size() == 3U);
    BOOST_TEST(again.back() == 2U);
    BOOST_TEST(asked(order(town, kMiddle), {1, 2}).size() == 4U);
}

BOOST_AUTO_TEST_CASE(the_body_follows_where_a_refusal_is_unlikely) {
    BOOST_TEST(order({vault(1)}, kSmall).next(kNow)->body_follows);
    BOOST_TEST(!order({vault(1)}, kMiddle).next(kNow)->body_follows);
    BOOST_TEST(order({vault(1)}, kLarge).next(kNow)->body_follows);
    auto full = vault(1);
    full.full = true;
    BOOST_TEST(!order({full}, kSmall).next(kNow)->body_follows);
    // In the second round of a middling network nobody declines for a sibling.
    auto offers = order({with_siblings(1, 1)}, kMiddle);
    BOOST_TEST(offers.next(kNow)->body_follows);
}

BOOST_AUTO_TEST_CASE(whose_word_did_not_hold_goes_last) {
    auto liar = holder(1);
    liar.unsound = true;
    BOOST_TEST((asked(order({liar, with_siblings(2, 5), vault(3)}, kSmall)) == Sessions{3, 2, 1}));
}

BOOST_AUTO_TEST_CASE(who_kept_silent_does_not_come_first_for_what_he_claims) {
    auto silent = holder(1);
    silent.vault.broken = 1;
    BOOST_TEST((asked(order({silent, vault(2)}, kSmall)) == Sessions{2, 1}));
}

BOOST_AUTO_TEST_CASE(a_renewal_goes_to_holders_alone_and_without_a_body) {
    auto offers = order({vault(1), holder(2), vault(3)}, kLarge, true);
    const auto only = offers.next(kNow);
    BOOST_REQUIRE(only.has_value());
    BOOST_TEST(only->vault.session == 2U);
    BOOST_TEST(only->lease_only);
    BOOST_TEST(!only->body_follows);
    BOOST_TEST(!offers.next(kNow).has_value());
}

BOOST_AUTO_TEST_CASE(offers_end_with_the_maximum_and_with_the_time) {
    std::vector<Candidate> many;
    for (unsigned i = 1; i <= 20; ++i) many.push_back(vault(i));
    BOOST_TEST(asked(order(many, kSmall)).size() == 8U);
    BOOST_TEST(asked(order(many, kMiddle)).size() == 16U);
    BOOST_TEST(asked(order({}, kMiddle)).empty());

    auto late = order(many, kSmall);
    const auto last_moment = kNow + limits::kStoreAtVaults - limits::kStoreAtVault;
    BOOST_TEST(late.next(last_moment).has_value());
    BOOST_TEST(!late.next(last_moment + microseconds(1)).has_value());
}

BOOST_AUTO_TEST_CASE(when_nobody_took_it_want_of_room_is_told_as_such) {
    auto offers = order({vault(1), vault(2)}, kSmall);
    BOOST_TEST((offers.nobodys_word() == Code::refused));
    (void)offers.next(kNow);
    offers.declined_for_room();
    (void)offers.next(kNow);
    BOOST_TEST((offers.nobodys_word() == Code::full));
    BOOST_TEST((order({}, kSmall, true).nobodys_word() == Code::not_found));
}

// Weight decides among equals: the same for every relay, and by capacity.
BOOST_AUTO_TEST_CASE(among_equals_the_weightier_wins_more_often) {
    unsigned won = 0;
    for (std::uint8_t i = 0; i < 64; ++i) {
        std::vector<Candidate> town = {vault(1), vault(2), vault(3)};
        town[1].vault.capacity_class = 1;
        OfferOrder offers({{}, i}, town, {kSmall, false, kNow + limits::kStoreAtVaults});
        won += offers.next(kNow)->vault.session == 2U;
    }
    BOOST_TEST(won > 22U);  // a third is 21; expected: half, 32
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
