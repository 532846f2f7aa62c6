// Proves: placement follows its weights and moves only what it must; a registry knows who holds what, who is
// away and for how long, believes a list only when its digest fits, and stays within every maximum.
#include <boost/test/unit_test.hpp>
#include <cmath>

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
const crypto::Digest kNothing = inventory_digest({});

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

BOOST_AUTO_TEST_SUITE(registry)

BOOST_AUTO_TEST_CASE(what_a_vault_told_is_known_while_it_is_here_and_72_hours_after) {
    Registry registry;
    BOOST_TEST(!registry.enter(registered(1, 7), kNothing, kStart).value());
    BOOST_TEST(registry.update(7, {10, 11}, {}).has_value());
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

BOOST_AUTO_TEST_CASE(a_vault_that_returns_sends_its_list_only_when_it_changed) {
    Registry registry;
    BOOST_TEST(!registry.enter(registered(1, 1), kNothing, kStart).value());
    BOOST_TEST(registry.update(1, {5, 3}, {}).has_value());
    registry.leave(1, kStart);
    BOOST_TEST(!registry.enter(registered(1, 2), inventory_digest({3, 5}), kStart).value());
    BOOST_TEST((registry.known(3) == Known::yes));
    BOOST_TEST(registry.enter(registered(1, 3), inventory_digest({3, 5, 6}), kStart).value());
    registry.clear_inventory(3);
    BOOST_TEST((registry.known(3) == Known::no));
}

BOOST_AUTO_TEST_CASE(an_older_session_has_no_say) {
    Registry registry;
    BOOST_REQUIRE(registry.enter(registered(1, 1), kNothing, kStart));
    BOOST_REQUIRE(registry.enter(registered(1, 2), kNothing, kStart));
    BOOST_TEST(registry.update(1, {9}, {}).has_value());
    BOOST_TEST((registry.known(9) == Known::no));
    registry.leave(1, kStart);
    BOOST_REQUIRE(registry.present().size() == 1U);
    BOOST_TEST(registry.present()[0].session == 2U);
}

BOOST_AUTO_TEST_CASE(removals_are_of_the_vault_that_removes) {
    Registry registry;
    for (unsigned i = 1; i <= 2; ++i) {
        BOOST_REQUIRE(registry.enter(registered(i, i), kNothing, kStart));
        BOOST_REQUIRE(registry.update(i, {4}, {}));
    }
    BOOST_TEST(registry.holders(4).size() == 2U);
    BOOST_TEST(registry.update(1, {}, {4, 4, 99}).has_value());
    BOOST_REQUIRE(registry.holders(4).size() == 1U);
    BOOST_TEST((registry.holders(4)[0].id == vault_number(2)));
}

BOOST_AUTO_TEST_CASE(inventories_stay_within_their_maxima) {
    RegistryLimits limits;
    limits.inventory = 3;
    limits.prefixes = 5;
    Registry registry(limits);
    for (unsigned i = 1; i <= 2; ++i) BOOST_REQUIRE(registry.enter(registered(i, i), kNothing, kStart));
    BOOST_TEST(registry.update(1, {1, 2, 3}, {}).has_value());
    BOOST_TEST(registry.update(1, {1, 2, 3}, {}).has_value());  // nothing new
    BOOST_TEST(registry.update(1, {4}, {}).error().is(Code::limit));
    BOOST_TEST(registry.update(2, {1, 2}, {}).has_value());
    BOOST_TEST(registry.update(2, {3}, {}).error().is(Code::limit));  // there is no more room for all
    BOOST_TEST(registry.update(1, {}, {1}).has_value());
    BOOST_TEST(registry.update(2, {3}, {}).has_value());
    registry.clear_inventory(1);
    registry.leave(2, kStart);
    registry.expire(kStart + kAbsentKept + seconds(1));
    BOOST_TEST(registry.update(1, {1, 2, 3}, {}).has_value());  // all room has come back
}

BOOST_AUTO_TEST_CASE(a_full_registry_forgets_the_vault_that_is_away_longest) {
    RegistryLimits limits;
    limits.vaults = 3;
    Registry registry(limits);
    for (unsigned i = 1; i <= 3; ++i) {
        BOOST_REQUIRE(registry.enter(registered(i, i), kNothing, kStart));
        BOOST_REQUIRE(registry.update(i, {i}, {}));
    }
    BOOST_TEST(registry.enter(registered(4, 4), kNothing, kStart).error().is(Code::limit));
    registry.leave(2, kStart + seconds(1));
    registry.leave(1, kStart + seconds(2));
    BOOST_TEST(registry.enter(registered(4, 4), kNothing, kStart + seconds(3)).has_value());
    BOOST_TEST((registry.known(1) == Known::absent));
    BOOST_TEST((registry.known(2) == Known::no));
    BOOST_TEST(registry.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
