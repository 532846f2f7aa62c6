// Proves: what an insert says of its chances is what counting and enumeration say.
#include "node/client/placement_report.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
namespace catacomb::node {
namespace {

// Tags begin with 1.
VaultTag tag(unsigned vault) { return vault + 1; }

// A block witnessed per entry: the number of the vault that signed for it.
PlacingState placed_on(storage::Profile profile, const std::vector<unsigned>& vaults) {
    PlacingState out;
    out.profile = profile;
    out.vaults.resize(profile.n);
    for (unsigned i = 0; i < vaults.size(); ++i) {
        out.vaults[i] = tag(vaults[i]);
        out.placed |= bit(i);
        out.witnessed |= bit(i);
    }
    return out;
}

// A body came of each of the vaults up to `last`.
Evidence all_read(unsigned last) {
    Evidence out;
    for (unsigned i = 0; i <= last; ++i) out.came(tag(i));
    return out;
}

storage::Profile profile_of(unsigned k, unsigned n) {
    return storage::to_profile(static_cast<std::uint8_t>(k), static_cast<std::uint8_t>(n), 0).value();
}

// Over all 2^v ways in which vaults can be away.
double enumerated(const std::vector<unsigned>& blocks, unsigned k, double away) {
    double out = 0;
    for (unsigned up = 0; up < (1U << blocks.size()); ++up) {
        double chance = 1;
        unsigned left = 0;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const bool is_up = (up >> i) & 1U;
            chance *= is_up ? 1 - away : away;
            if (is_up) left += blocks[i];
        }
        if (left >= k) out += chance;
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(placement_reports)

BOOST_AUTO_TEST_CASE(survival_is_the_sum_over_all_cases) {
    const std::vector<std::vector<unsigned>> placements{{},        {1},          {5},
                                                        {1, 1, 1}, {3, 2, 2, 1}, {4, 4, 1, 1, 1, 1}};
    for (const auto& blocks : placements)
        for (unsigned k = 1; k <= 8; ++k)
            for (const double away : {0.0, 0.3, 1.0})
                BOOST_TEST(std::abs(survival_probability(blocks, k, away) - enumerated(blocks, k, away)) <
                           1e-12);
}

BOOST_AUTO_TEST_CASE(losses_count_the_fullest_vaults_first) {
    PlacementReport report;
    const auto evidence = all_read(9);
    // 8 of 12: vault 1 holds four blocks, vaults 2 to 9 one each.
    report.add(placed_on(profile_of(8, 32), {1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}), evidence);
    const auto sum = report.report(evidence);
    BOOST_TEST(sum.survives_vault_losses == 1U);  // vault 1 may go: eight are left, and none to spare
    BOOST_TEST(sum.most_blocks_on_one_vault == 4U);
    BOOST_TEST(sum.distinct_vaults == 9U);
    BOOST_TEST(sum.blocks_placed == 12U);
    BOOST_TEST(sum.blocks_wanted == 32U);
}

BOOST_AUTO_TEST_CASE(a_file_is_as_strong_as_its_weakest_segment) {
    PlacementReport report;
    std::vector<unsigned> apart, together(20, 99);
    for (unsigned i = 0; i < 32; ++i) apart.push_back(i);
    const auto evidence = all_read(99);
    report.add(placed_on(profile_of(8, 32), apart), evidence);
    report.add(placed_on(profile_of(8, 32), together), evidence);
    const auto sum = report.report(evidence);
    BOOST_TEST(sum.segments == 2U);
    BOOST_TEST(sum.survives_vault_losses == 0U);
    BOOST_TEST(sum.least_placed == 20U);
    BOOST_TEST(sum.least_wanted == 32U);
    BOOST_TEST(sum.most_blocks_on_one_vault == 20U);
    BOOST_TEST(sum.distinct_vaults == 33U);
    const auto one_vault = survival_probability({20}, 8, kAssumedAway);
    BOOST_TEST(std::abs(one_vault - (1 - kAssumedAway)) < 1e-12);
    BOOST_TEST(sum.estimated_survival < one_vault);
}

BOOST_AUTO_TEST_CASE(nothing_placed_survives_nothing) {
    PlacementReport report;
    report.add(placed_on(profile_of(8, 32), {}), {});
    const auto sum = report.report({});
    BOOST_TEST(sum.estimated_survival == 0.0);
    BOOST_TEST(sum.survives_vault_losses == 0U);
    BOOST_TEST(sum.most_blocks_on_one_vault == 0U);
    BOOST_TEST(sum.distinct_vaults == 0U);
}

// Of vaults that gave nothing back, as many are reckoned as lying as would have gone unnoticed.
BOOST_AUTO_TEST_CASE(the_report_says_no_more_than_was_read) {
    const auto profile = storage::kFullProfile;
    std::vector<unsigned> apart;
    for (unsigned i = 0; i < profile.n; ++i) apart.push_back(i);
    const auto told = [&](const Evidence& evidence) {
        PlacementReport report;
        report.add(placed_on(profile, apart), evidence);
        return report.report(evidence);
    };
    BOOST_TEST(told({}).survives_vault_losses == 0U);
    BOOST_TEST(told({}).estimated_survival == 0.0);
    const auto some = told(all_read(9));  // doubt 0.46: 23 of the 50 others
    BOOST_TEST(some.survives_vault_losses == 60U - 20U - 23U);
    BOOST_TEST(some.bodies_read == 10U);
    BOOST_TEST(some.vaults_read == 10U);
    const auto all = told(all_read(59));
    BOOST_TEST(all.survives_vault_losses == 40U);
    BOOST_TEST(all.estimated_survival > some.estimated_survival);
    auto failed = all_read(9);
    failed.failed(tag(70));
    BOOST_TEST(told(failed).survives_vault_losses < some.survives_vault_losses);
    BOOST_TEST(told(failed).vaults_failed == 1U);
    BOOST_TEST(told(failed).bodies_asked == 11U);
}

// The earliest lease that was granted is the file's.
BOOST_AUTO_TEST_CASE(the_file_lives_as_long_as_its_shortest_lease) {
    PlacementReport report;
    auto segment = placed_on(profile_of(8, 32), {1, 2});
    for (const auto end : {9, 5, 7}) {
        segment.lease_end = Time(hours(end));
        report.add(segment, {});
    }
    BOOST_TEST((report.report({}).lease_end == Time(hours(5))));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
