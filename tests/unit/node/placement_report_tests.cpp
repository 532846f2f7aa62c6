// Proves: what an insert says of its chances is what counting and enumeration say.
#include "node/client/placement_report.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "crypto/hash.hpp"

namespace catacomb::node {
namespace {

// One acknowledgement per entry: the number of the vault that gave it.
std::vector<Acknowledged> placed_on(const std::vector<unsigned>& vaults) {
    std::vector<Acknowledged> out;
    for (std::size_t i = 0; i < vaults.size(); ++i) {
        Acknowledged one;
        one.vault.key = crypto::VerifyKey{crypto::content_hash(view(std::to_string(vaults[i]))).bytes};
        one.index = static_cast<std::uint8_t>(i);
        out.push_back(one);
    }
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
    // 8 of 12: vault 1 holds four blocks, vaults 2 to 9 one each.
    report.add(profile_of(8, 32), placed_on({1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    const auto sum = report.report();
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
    report.add(profile_of(8, 32), placed_on(apart));
    report.add(profile_of(8, 32), placed_on(together));
    const auto sum = report.report();
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
    report.add(profile_of(8, 32), {});
    const auto sum = report.report();
    BOOST_TEST(sum.estimated_survival == 0.0);
    BOOST_TEST(sum.survives_vault_losses == 0U);
    BOOST_TEST(sum.most_blocks_on_one_vault == 0U);
    BOOST_TEST(sum.distinct_vaults == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
