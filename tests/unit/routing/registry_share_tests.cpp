// Proves: a registry stays within its budget whatever is told to it; each vault that is here may use its
// share, whoever came first; the largest gives way, and before it those who are away; what one message says
// is taken in steps whose size nobody chooses but us.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kBudget = 512 * 1024;
const Time kStart = Time(hours(1000));

struct Fixture {
    Registry registry{RegistryLimits{16, kBudget}};
    crypto::SeededRng rng{1};

    void enter(std::uint64_t session) {
        RegisteredVault vault;
        vault.id.bytes[0] = static_cast<std::uint8_t>(session);
        vault.session = session;
        BOOST_REQUIRE(registry.enter(vault));
    }
    std::vector<PositionPrefix> random(std::size_t count) {
        std::vector<PositionPrefix> out(count);
        for (auto& prefix : out) prefix = rng.u64();
        return out;
    }
    bool tell(std::uint64_t session, const std::vector<PositionPrefix>& prefixes) {
        bool all = true;
        for (const auto& step : in_steps({0, {}, {}, prefixes})) {
            all = registry.update(session, step) && all;
            BOOST_REQUIRE(registry.bytes() <= kBudget);
        }
        return all;
    }
    std::size_t size(std::uint64_t session) const { return registry.inventory(session)->size(); }
    bool knows_all(const std::vector<PositionPrefix>& prefixes) const {
        return std::all_of(prefixes.begin(), prefixes.end(),
                           [this](auto prefix) { return registry.known(prefix) == Known::yes; });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(registry_shares, Fixture)

BOOST_AUTO_TEST_CASE(whoever_is_alone_may_have_all_of_it) {
    enter(1);
    BOOST_TEST(tell(1, random(40'000)));
    BOOST_TEST(registry.share() > 39'000U);
    BOOST_TEST(!tell(1, random(40'000)));
    BOOST_TEST(size(1) > 40'000U);
}

BOOST_AUTO_TEST_CASE(the_largest_give_way_to_whoever_comes) {
    for (std::uint64_t i = 1; i <= 3; ++i) enter(i);
    for (std::uint64_t i = 1; i <= 3; ++i) tell(i, random(30'000));
    enter(4);
    const auto honest = random(registry.share());
    BOOST_TEST(honest.size() > 7000U);
    BOOST_TEST(tell(4, honest));
    for (int again = 0; again < 3; ++again) {
        for (std::uint64_t i = 1; i <= 3; ++i) tell(i, random(30'000));
    }
    BOOST_TEST(knows_all(honest));
    for (std::uint64_t i = 1; i <= 3; ++i) BOOST_TEST(size(i) > registry.share());
}

BOOST_AUTO_TEST_CASE(a_share_is_had_by_all_at_once) {
    std::vector<std::vector<PositionPrefix>> told;
    enter(16);
    tell(16, random(60'000));
    for (std::uint64_t i = 1; i <= 10; ++i) enter(i);
    for (std::uint64_t i = 1; i <= 10; ++i) {
        told.push_back(random(registry.share()));
        BOOST_TEST(tell(i, told.back()));
    }
    tell(16, random(60'000));
    for (const auto& list : told) BOOST_TEST(knows_all(list));
}

BOOST_AUTO_TEST_CASE(who_is_away_gives_way_before_who_is_here) {
    for (std::uint64_t i = 1; i <= 3; ++i) {
        enter(i);
        tell(i, random(16'000));
    }
    registry.leave(2, kStart + seconds(1));
    registry.leave(1, kStart + seconds(2));
    const auto here = size(3);
    enter(4);
    BOOST_TEST(tell(4, random(10'000)));
    BOOST_TEST(registry.size() == 3U);  // the second, away longest, is forgotten; the first is not
    BOOST_TEST(tell(4, random(14'000)));
    BOOST_TEST(registry.size() == 2U);
    BOOST_TEST(size(3) == here);
}

BOOST_AUTO_TEST_CASE(who_has_more_than_a_share_costs_nobody_what_is_known_of_him_while_he_is_away) {
    for (std::uint64_t i = 1; i <= 3; ++i) enter(i);
    const auto of_one_away = random(5000);
    BOOST_TEST(tell(1, of_one_away));
    registry.leave(1, kStart);
    BOOST_TEST(!tell(2, random(60'000)));
    BOOST_TEST(registry.size() == 3U);
    for (const auto prefix : of_one_away) BOOST_REQUIRE((registry.known(prefix) == Known::absent));
}

BOOST_AUTO_TEST_CASE(all_room_comes_back) {
    const auto nothing = registry.bytes();
    enter(1);
    tell(1, random(60'000));
    BOOST_REQUIRE(registry.update(1, {0, {0}, {}, {}}));
    BOOST_TEST(size(1) == 0U);
    tell(1, random(60'000));
    registry.leave(1, kStart);
    registry.expire(kStart + kAbsentKept + seconds(1));
    BOOST_TEST(registry.bytes() == nothing);
}

BOOST_AUTO_TEST_CASE(steps_are_bounded_and_leave_nothing_out) {
    InventoryUpdate update{10, {}, random(8192), random(8192)};
    for (std::uint16_t range = 0; range < 1024; ++range) update.ranges.push_back(range);
    InventoryUpdate sum{10, {}, {}, {}};
    const auto steps = in_steps(update);
    for (const auto& step : steps) {
        BOOST_TEST(step.ranges.size() <= kRangesPerStep);
        BOOST_TEST(step.removed.size() + step.added.size() <= kPrefixesPerStep);
        BOOST_TEST((step.removed.empty() || sum.added.empty()));
        BOOST_TEST((step.ranges.empty() || sum.removed.empty()));
        sum.ranges.insert(sum.ranges.end(), step.ranges.begin(), step.ranges.end());
        sum.removed.insert(sum.removed.end(), step.removed.begin(), step.removed.end());
        sum.added.insert(sum.added.end(), step.added.begin(), step.added.end());
    }
    BOOST_TEST(steps.size() == 1024 / kRangesPerStep + 2 * 8192 / kPrefixesPerStep);
    BOOST_TEST((sum.ranges == update.ranges && sum.removed == update.removed && sum.added == update.added));
    BOOST_TEST(in_steps({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
