// Proves: placement follows its weights and moves only what it must; a registry knows who holds what, who is
// away and for how long; digests of inventories tell what differs; and all stays within every maximum.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "crypto/random.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::routing {
namespace {

VaultId vault_number(unsigned i) {
    return VaultId{crypto::content_hash(view("vault " + std::to_string(i))).bytes};
}

RingId position_number(unsigned i) {
    return block_position(crypto::content_hash(view(std::to_string(i))), 0);
}

RegisteredVault registered(unsigned i, std::uint64_t session) {
    RegisteredVault out;
    out.id = vault_number(i);
    out.session = session;
    return out;
}

const Time kStart = Time(hours(1000));

InventoryUpdate added(std::vector<PositionPrefix> prefixes) { return {0, {}, {}, std::move(prefixes)}; }
InventoryUpdate removed(std::vector<PositionPrefix> prefixes) { return {0, {}, std::move(prefixes), {}}; }
const InventoryUpdate kForgetAll{0, {0}, {}, {}};

}  // namespace

BOOST_AUTO_TEST_SUITE(placement)

BOOST_AUTO_TEST_CASE(positions_differ_by_root_and_by_index) {
    std::set<RingId> seen;
    for (unsigned root = 0; root < 8; ++root) {
        const auto hash = crypto::content_hash(view(std::to_string(root)));
        for (std::uint8_t index = 0; index < 64; ++index) seen.insert(block_position(hash, index));
    }
    BOOST_TEST(seen.size() == 8U * 64U);
}

BOOST_AUTO_TEST_CASE(blocks_fall_in_proportion_to_weight) {
    const std::vector<double> weights{1, 1, 2, 4};
    std::vector<unsigned> won(weights.size());
    constexpr unsigned kBlocks = 8000;
    for (unsigned block = 0; block < kBlocks; ++block) {
        std::size_t best = 0;
        double highest = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const auto score =
                placement_score(position_number(block), vault_number(static_cast<unsigned>(i)), weights[i]);
            BOOST_REQUIRE(score > 0);
            if (score > highest) {
                highest = score;
                best = i;
            }
        }
        ++won[best];
    }
    // Within five standard deviations of a binomial draw.
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double share = weights[i] / 8;
        const double deviation = std::sqrt(kBlocks * share * (1 - share));
        BOOST_TEST(std::abs(won[i] - kBlocks * share) < 5 * deviation, "vault " << i << " won " << won[i]);
    }
}

BOOST_AUTO_TEST_CASE(a_score_depends_on_nobody_else) {
    // So a vault that comes or goes moves only the blocks that it wins or had won.
    const auto position = position_number(1);
    BOOST_TEST(placement_score(position, vault_number(1), 2) ==
               placement_score(position, vault_number(1), 2));
    BOOST_TEST(placement_score(position, vault_number(1), 2) !=
               placement_score(position, vault_number(2), 2));
    BOOST_TEST(placement_score(position, vault_number(1), 4) > placement_score(position, vault_number(1), 2));
}

BOOST_AUTO_TEST_CASE(weights_are_capped_at_twice_the_median) {
    BOOST_TEST(placement_weights({}).empty());
    const std::vector<double> capped = placement_weights({1, 2, 3, 15});  // the median is 2^3, the cap 2^4
    BOOST_TEST((capped == std::vector<double>{2, 4, 8, 16}));
    BOOST_TEST((placement_weights({1, 2, 2, 15}) == std::vector<double>{2, 4, 4, 8}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(inventories)

BOOST_AUTO_TEST_CASE(a_digest_depends_on_what_is_there_and_not_on_how_it_came) {
    crypto::SeededRng rng(1);
    std::vector<PositionPrefix> prefixes(500);
    for (auto& prefix : prefixes) prefix = rng.u64();
    Inventory first, second;
    for (const auto prefix : prefixes) BOOST_TEST(first.insert(prefix));
    rng.shuffle(prefixes);
    for (const auto prefix : prefixes) {
        second.insert(prefix);
        BOOST_TEST(!second.insert(prefix));
        second.insert(~prefix);
    }
    BOOST_TEST((first.digest() != second.digest()));
    for (const auto prefix : prefixes) BOOST_TEST(second.erase(~prefix));
    BOOST_TEST(!second.erase(7));
    BOOST_TEST((first.digest() == second.digest()));
    BOOST_TEST((first.ranges(4) == second.ranges(4)));
    for (const auto prefix : prefixes) second.erase(prefix);
    BOOST_TEST((second.digest() == Inventory().digest()));
}

BOOST_AUTO_TEST_CASE(ranges_hold_what_begins_alike) {
    crypto::SeededRng rng(2);
    Inventory all;
    for (int i = 0; i < 3000; ++i) all.insert(rng.u64());
    BOOST_TEST(all.fitting_bits() == 6U);  // 3,000 / 64 = 47 in each
    for (const unsigned bits : {0U, 1U, 6U, Inventory::kMostBits}) {
        const auto before = all.ranges(bits);
        BOOST_REQUIRE(before.size() == std::size_t{1} << bits);
        std::size_t sum = 0;
        for (std::size_t range = 0; range < before.size(); ++range) sum += all.in_range(bits, range).size();
        BOOST_TEST(sum == all.size());
        // One that goes changes its own range's digest and no other.
        auto range = before.size() / 2;
        while (all.in_range(bits, range).empty()) ++range;
        auto fewer = all;
        const auto gone = all.in_range(bits, range).front();
        BOOST_TEST(fewer.erase(gone));
        const auto after = fewer.ranges(bits);
        for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST((after[i] == before[i]) == (i != range));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(what_a_vault_told_is_known_while_it_is_here_and_72_hours_after) {
    Registry registry;
    BOOST_TEST(registry.enter(registered(1, 7)).value() == 0U);
    BOOST_TEST(registry.update(7, added({10, 11})));
    BOOST_TEST((registry.known(10) == Known::yes));
    BOOST_TEST((registry.known(12) == Known::no));
    BOOST_REQUIRE(registry.holders(11).size() == 1U);
    BOOST_TEST((registry.holders(11)[0].id == vault_number(1)));

    registry.leave(7, kStart);
    BOOST_TEST((registry.known(10) == Known::absent));
    BOOST_TEST(registry.holders(10).empty());
    BOOST_TEST(registry.present().empty());
    registry.expire(kStart + kAbsentKept);
    BOOST_TEST((registry.known(10) == Known::absent));
    registry.expire(kStart + kAbsentKept + microseconds(1));
    BOOST_TEST((registry.known(10) == Known::no));
    BOOST_TEST(registry.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_vault_told_in_an_earlier_session_counts_in_the_next) {
    Registry registry;
    BOOST_REQUIRE(registry.enter(registered(1, 1)));
    BOOST_REQUIRE(registry.update(1, added({5, 3})));
    registry.leave(1, kStart);
    BOOST_TEST(registry.inventory(1) == nullptr);
    BOOST_TEST(registry.enter(registered(1, 2)).value() == 0U);
    BOOST_REQUIRE(registry.inventory(2) != nullptr);
    BOOST_TEST((registry.inventory(2)->all() == std::vector<PositionPrefix>{3, 5}));
    BOOST_TEST((registry.known(3) == Known::yes));
    // A session that takes the place of one that stands names it.
    BOOST_TEST(registry.enter(registered(1, 3)).value() == 2U);
}

BOOST_AUTO_TEST_CASE(a_range_that_is_told_anew_forgets_what_was_in_it_and_no_more) {
    Registry registry;
    const PositionPrefix low = 1, high = PositionPrefix{3} << 62;
    BOOST_REQUIRE(registry.enter(registered(1, 1)));
    BOOST_REQUIRE(registry.update(1, added({low, high, high + 1})));
    BOOST_REQUIRE(registry.update(1, {2, {3}, {}, {high + 2}}));
    BOOST_TEST((registry.inventory(1)->all() == std::vector<PositionPrefix>{low, high + 2}));
    BOOST_TEST((registry.known(high) == Known::no));
}

BOOST_AUTO_TEST_CASE(an_older_session_has_no_say) {
    Registry registry;
    BOOST_REQUIRE(registry.enter(registered(1, 1)));
    BOOST_REQUIRE(registry.enter(registered(1, 2)));
    BOOST_TEST(registry.update(1, added({9})));
    BOOST_TEST((registry.known(9) == Known::no));
    registry.leave(1, kStart);
    BOOST_REQUIRE(registry.present().size() == 1U);
    BOOST_TEST(registry.present()[0].session == 2U);
}

BOOST_AUTO_TEST_CASE(removals_are_of_the_vault_that_removes) {
    Registry registry;
    for (unsigned i = 1; i <= 2; ++i) {
        BOOST_REQUIRE(registry.enter(registered(i, i)));
        BOOST_REQUIRE(registry.update(i, added({4})));
    }
    BOOST_TEST(registry.holders(4).size() == 2U);
    BOOST_TEST(registry.update(1, removed({4, 4, 99})));
    BOOST_REQUIRE(registry.holders(4).size() == 1U);
    BOOST_TEST((registry.holders(4)[0].id == vault_number(2)));
}

BOOST_AUTO_TEST_CASE(who_did_not_keep_a_claim_is_told_apart) {
    Registry registry;
    const auto broken = [&] { return registry.present().at(0).broken; };
    BOOST_REQUIRE(registry.enter(registered(1, 1)));
    registry.judge(1, true);
    BOOST_TEST(broken() == 0U);
    registry.judge(1, false);
    registry.judge(1, false);
    registry.judge(9, false);  // nobody's
    BOOST_TEST(broken() == 2U);
    // Nor is it forgotten when the vault comes by another circuit.
    registry.leave(1, kStart);
    BOOST_REQUIRE(registry.enter(registered(1, 2)));
    BOOST_TEST(broken() == 2U);
    registry.judge(2, true);
    BOOST_TEST(broken() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_registry_forgets_the_vault_that_is_away_longest) {
    RegistryLimits limits;
    limits.vaults = 3;
    Registry registry(limits);
    for (unsigned i = 1; i <= 3; ++i) {
        BOOST_REQUIRE(registry.enter(registered(i, i)));
        BOOST_REQUIRE(registry.update(i, added({i})));
    }
    BOOST_TEST(registry.enter(registered(4, 4)).error().is(Code::limit));
    registry.leave(2, kStart + seconds(1));
    registry.leave(1, kStart + seconds(2));
    BOOST_TEST(registry.enter(registered(4, 4)).has_value());
    BOOST_TEST((registry.known(1) == Known::absent));
    BOOST_TEST((registry.known(2) == Known::no));
    BOOST_TEST(registry.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
