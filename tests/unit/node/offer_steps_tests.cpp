// Proves, over whole conversations of a rendezvous with its vaults in which each answers in every way: offers
// end; a vault is asked twice only when it declined for a sibling; and whoever would take the block is found,
// whatever the others say before.
#include <boost/test/unit_test.hpp>
#include <map>

#include "crypto/hash.hpp"
#include "node/protocol/limits.hpp"
#include "node/rendezvous/offer_order.hpp"

namespace catacomb::node {
namespace {

const Time kNow = Time(hours(1000));
constexpr unsigned kVaults = 4;
enum class Answer { takes, refuses, has_sibling };
using Script = std::array<Answer, kVaults>;

OfferOrder order_of_four(std::size_t relays, Time give_up) {
    std::vector<Candidate> town;
    for (unsigned i = 0; i < kVaults; ++i) {
        Candidate one;
        one.vault.id = routing::VaultId{crypto::content_hash(view(std::to_string(i))).bytes};
        one.vault.session = i;
        one.holds = i == 0;
        town.push_back(one);
    }
    OfferOrder::Terms terms;
    terms.relays = relays;
    terms.give_up = give_up;
    return OfferOrder(storage::BlockId{}, std::move(town), terms);
}

struct Talk {
    std::map<std::uint64_t, unsigned> offers;
    std::optional<std::uint64_t> taken_by;
};

Talk talk(const Script& script, std::size_t relays) {
    Talk out;
    auto order = order_of_four(relays, kNow + limits::kStoreAtVaults);
    while (const auto offer = order.next(kNow)) {
        BOOST_TEST_REQUIRE(++out.offers[offer->vault.session] <= 2U);
        const auto answer = script.at(offer->vault.session);
        // One that has a sibling takes the block when it is not asked to decline for it.
        if (answer == Answer::takes || (answer == Answer::has_sibling && !offer->avoid_siblings)) {
            out.taken_by = offer->vault.session;
            return out;
        }
        if (answer == Answer::has_sibling) order.declined_for_sibling();
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(offer_steps)

BOOST_AUTO_TEST_CASE(every_conversation_ends_with_whoever_would_take_it) {
    for (const std::size_t relays : {16U, 100U, 1000U}) {
        for (unsigned number = 0; number < 81; ++number) {
            Script script{};
            for (unsigned i = 0, rest = number; i < kVaults; ++i, rest /= 3)
                script[i] = static_cast<Answer>(rest % 3);
            const auto said = talk(script, relays);
            const bool any = std::any_of(script.begin(), script.end(),
                                         [](Answer answer) { return answer != Answer::refuses; });
            BOOST_TEST(said.taken_by.has_value() == any, "script " << number << ", " << relays << " relays");
            const bool free = std::any_of(script.begin(), script.end(),
                                          [](Answer answer) { return answer == Answer::takes; });
            // One with a sibling is the last resort, where siblings can be kept apart.
            if (free && relays > storage::kMaxBlocks)
                BOOST_TEST((script.at(*said.taken_by) == Answer::takes), "script " << number);
            for (const auto& [vault, offers] : said.offers)
                BOOST_TEST((offers == 1 || script.at(vault) == Answer::has_sibling), "script " << number);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_time_may_be_up_at_every_step) {
    for (unsigned step = 0; step <= kVaults; ++step) {
        auto order = order_of_four(16, kNow + limits::kStoreAtVaults);
        for (unsigned i = 0; i < step; ++i) BOOST_TEST_REQUIRE(order.next(kNow).has_value());
        BOOST_TEST(!order.next(kNow + limits::kStoreAtVaults).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
