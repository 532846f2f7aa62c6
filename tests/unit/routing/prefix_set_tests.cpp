// Proves: a PrefixSet is a set, whatever comes and goes in whatever order; it takes 12 bytes for each; and
// inventories on it have the same digests however they came about.
#include "routing/rendezvous/prefix_set.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "crypto/random.hpp"
#include "routing/rendezvous/inventory.hpp"

namespace catacomb::routing {
namespace {

constexpr PositionPrefix kLast = ~PositionPrefix{0};

double bytes_each(const PrefixSet& set) {
    return static_cast<double>(set.bytes()) / static_cast<double>(set.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prefix_sets)

// Numbers close together and a few only, so that pieces fill, split, run empty and join.
BOOST_AUTO_TEST_CASE(it_agrees_with_a_plain_set_after_any_history) {
    for (std::uint64_t round = 0; round < 8; ++round) {
        crypto::SeededRng rng(round);
        PrefixSet set;
        std::set<PositionPrefix> plain;
        for (int i = 0; i < 20'000; ++i) {
            const bool grows = i / 5000 % 2 == 0;
            const auto prefix = rng.below(6000);
            if (rng.chance(grows ? 0.8 : 0.2)) {
                const auto before = set.bytes();
                BOOST_REQUIRE(set.insert(prefix) == plain.insert(prefix).second);
                BOOST_REQUIRE(set.bytes() <= before + PrefixSet::kMostGrowth);
            } else {
                BOOST_REQUIRE(set.erase(prefix) == (plain.erase(prefix) > 0));
            }
            if (rng.chance(0.002)) {
                const auto first = rng.below(6000), last = first + rng.below(1500);
                set.erase_between(first, last);
                plain.erase(plain.lower_bound(first), plain.upper_bound(last));
            }
            if (rng.chance(0.0005) && set.size() > 0) {
                for (const auto gone : set.take_piece()) BOOST_REQUIRE(plain.erase(gone) == 1U);
            }
            BOOST_REQUIRE(set.size() == plain.size());
            BOOST_REQUIRE(set.contains(prefix) == (plain.count(prefix) > 0));
        }
        BOOST_TEST((set.between(0, kLast) == std::vector<PositionPrefix>(plain.begin(), plain.end())));
        set.erase_between(0, kLast);
        BOOST_TEST(set.size() == 0U);
        BOOST_TEST(set.bytes() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(each_takes_twelve_bytes_in_any_order) {
    crypto::SeededRng rng(1);
    PrefixSet random, up, down;
    for (PositionPrefix i = 0; i < 200'000; ++i) {
        random.insert(rng.u64());
        up.insert(i);
        down.insert(kLast - i);
    }
    for (const auto* set : {&random, &up, &down}) {
        BOOST_TEST_MESSAGE(bytes_each(*set) << " bytes each");
        BOOST_TEST(bytes_each(*set) <= PrefixSet::kBytesEach);
    }
    // Half of them go and others come, again and again.
    auto all = random.between(0, kLast);
    for (int round = 0; round < 4; ++round) {
        rng.shuffle(all);
        for (std::size_t i = 0; i < all.size() / 2; ++i) {
            random.erase(all[i]);
            random.insert(all[i] = rng.u64());
        }
    }
    BOOST_TEST_MESSAGE(bytes_each(random) << " bytes each after a change of all");
    BOOST_TEST(bytes_each(random) <= PrefixSet::kBytesEach);
}

BOOST_AUTO_TEST_CASE(a_digest_does_not_tell_how_an_inventory_came_about) {
    crypto::SeededRng rng(2);
    Inventory grown;
    for (int i = 0; i < 5000; ++i) grown.insert(rng.u64());
    grown.erase_range(3, 5);
    grown.give_way();
    Inventory anew;
    for (const auto prefix : grown.all()) anew.insert(prefix);
    BOOST_TEST(grown.size() < 5000U);
    BOOST_TEST(grown.in_range(3, 5).empty());
    BOOST_TEST((grown.digest() == anew.digest()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
