// Proves that relays that join, crash and stabilise at any moment, over messages of any delay, keep Zave's
// invariant after every single step and return to the ideal ring; that a network that starts all at once
// becomes one ring within seconds; and that two rings become one.
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "crypto/random.hpp"
#include "tests/unit/routing/ring_world.hpp"

using namespace catacomb;
using namespace catacomb::tests;

namespace {

constexpr std::size_t kR = 3;

// Joins and crashes at random for a while; the r + 1 founders stay, as Zave's proof asks.
std::string run_churn(std::uint64_t seed) {
    crypto::SeededRng rng(seed);
    RingWorld world({kR, milliseconds(400), {}}, rng);
    world.found(kR + 1);
    std::vector<NodeId> mortals;
    Time next_change{};
    const Time calm = Time(seconds(60)), end = calm + minutes(4);
    while (world.step(end)) {
        if (auto words = sim::ring_violation(world.members(), kR); !words.empty()) return words;
        if (world.now() < next_change || world.now() > calm) continue;
        next_change = world.now() + Duration(rng.below(4'000'000));
        if (mortals.empty() || rng.chance(0.6)) {
            mortals.push_back(world.add());
        } else {
            const auto who = rng.below(mortals.size());
            if (!world.may_crash(mortals[who])) continue;
            world.crash(mortals[who]);
            mortals.erase(mortals.begin() + static_cast<std::ptrdiff_t>(who));
        }
    }
    if (world.joining() > 0) return "somebody never joined";
    return sim::ring_is_ideal(world.members(), kR) ? "" : "not ideal in the end";
}

// Virtual seconds from the last birth until every pointer is right.
double settle_seconds(std::size_t n, Duration spread, std::size_t r) {
    crypto::SeededRng rng(n);
    RingWorld world({r, milliseconds(50), milliseconds(1500)}, rng);
    for (std::size_t i = 0; i < n; ++i) {
        world.run_until(Time(spread * static_cast<int>(i) / static_cast<int>(n)));
        world.add();
    }
    const auto last = world.now();
    for (;;) {
        world.run_until(world.now() + milliseconds(250));
        if (world.joining() == 0 && sim::ring_is_ideal(world.members(), r))
            return in_seconds(world.now() - last);
        if (world.now() > last + minutes(5)) return 1e9;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_maintenance)

BOOST_AUTO_TEST_CASE(the_invariant_holds_after_every_step) {
    const char* wanted = std::getenv("CATACOMB_RING_SEEDS");
    const std::uint64_t seeds = wanted ? std::strtoull(wanted, nullptr, 10) : 40;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const auto words = run_churn(seed);
        BOOST_TEST(words == "", "seed " << seed << ": " << words);
    }
}

BOOST_AUTO_TEST_CASE(a_mass_join_settles) {
    const auto sixteen = settle_seconds(16, milliseconds(100), 20);
    const auto at_once = settle_seconds(1000, milliseconds(100), 20);
    const auto stream = settle_seconds(1000, seconds(20), 20);
    BOOST_TEST_MESSAGE("virtual seconds until ideal: 16 at once " << sixteen << ", 1,000 at once " << at_once
                                                                  << ", 1,000 at 50/s " << stream);
    BOOST_TEST(sixteen < 8);
    BOOST_TEST(at_once < 15);
    BOOST_TEST(stream < 15);
}

BOOST_AUTO_TEST_SUITE_END()
