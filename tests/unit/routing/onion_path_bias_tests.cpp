// Proves: a guard by which far fewer circuits come about than by another is left, at whatever stage it fails
// them; and no guard is left because relays are dead, or because its line was disturbed for minutes.
#include "routing/onion/path_bias.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <functional>

namespace catacomb::routing {
namespace {

constexpr std::size_t kHops = 3;

// A client with three guards that builds circuits one after the other, each in so long.
struct Client {
    // Whether the circuit by that guard is extended to that hop; hops + 1: whether it serves.
    using Chance = std::function<double(std::size_t guard, std::size_t hop)>;

    explicit Client(std::uint64_t seed, Chance works) : chance(std::move(works)), rng(seed) {
        for (int i = 0; i < 3; ++i) guards.push_back(rng.opaque<NodeId>());
    }
    std::size_t first() {
        const auto id = bias.arrange(guards, kHops, now).front();
        return static_cast<std::size_t>(std::find(guards.begin(), guards.end(), id) - guards.begin());
    }
    // True: a guard was left for what came of it.
    bool build() {
        const auto guard = first();
        const auto& id = guards[guard];
        now += pace;
        ++built_by[guard];
        for (std::size_t hop = 1; hop <= kHops; ++hop) {
            if (!rng.chance(chance(guard, hop))) return bias.failed(id, kHops, hop, now);
        }
        const bool left = bias.built(id, kHops, now);
        return bias.used(id, kHops, rng.chance(chance(guard, kHops + 1)), now) || left;
    }
    bool build(std::size_t count) {
        bool left = false;
        while (count-- > 0) left = build() || left;
        return left;
    }

    Chance chance;
    crypto::SeededRng rng;
    std::vector<NodeId> guards;
    std::array<std::size_t, 3> built_by{};
    PathBias bias;
    Time now{hours(24 * 1000)};
    Duration pace = seconds(15);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(path_biases)

BOOST_AUTO_TEST_CASE(a_guard_that_fails_most_circuits_is_left_at_whatever_stage) {
    for (const std::size_t stage : {2U, 3U, 4U}) {
        Client client(stage, [&](std::size_t guard, std::size_t hop) {
            return guard == 0 && hop == stage ? 0.3 : 0.95;
        });
        BOOST_TEST(client.build(500));
        BOOST_TEST(client.bias.left(client.now) == 1U);
        BOOST_TEST(client.first() != 0U);
    }
}

BOOST_AUTO_TEST_CASE(it_comes_back_after_a_day_and_is_left_again) {
    Client client(1, [](std::size_t guard, std::size_t hop) { return guard == 0 && hop == 2 ? 0.1 : 1; });
    BOOST_TEST(client.build(500));
    client.now += hours(24);
    BOOST_TEST(client.first() == 0U);
    BOOST_TEST(client.build(500));
    BOOST_TEST(client.first() == 1U);
}

// Proves: with a third or half of all relays dead, at random, no guard is left in 200 clients' 2,000 circuits
// each; and the first guard carries most of them all the same.
BOOST_AUTO_TEST_CASE(dead_relays_make_no_guard_suspect) {
    for (const double alive : {0.66, 0.5}) {
        std::size_t left = 0, by_first = 0, all = 0;
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            Client client(seed, [&](std::size_t, std::size_t hop) { return hop == 1 ? 1 : alive; });
            left += client.build(2000) ? 1 : 0;
            by_first += client.built_by[0];
            all += 2000;
        }
        BOOST_TEST_MESSAGE(alive << " alive: left " << left << ", by the first " << by_first << " of "
                                 << all);
        BOOST_TEST(left == 0U);
        BOOST_TEST(by_first > all / 2);
    }
}

// Proves: circuits that fail all at once, by whatever guard, and then no more, are nobody's fault.
BOOST_AUTO_TEST_CASE(an_outage_of_all_is_nobodys_fault) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        bool outage = true;
        Client client(seed, [&](std::size_t, std::size_t hop) { return hop > 1 && outage ? 0 : 1; });
        client.pace = seconds(2);
        BOOST_TEST(!client.build(300));
        outage = false;
        BOOST_TEST(!client.build(3000));
        BOOST_TEST(client.first() == 0U);
    }
}

// Proves: nor is a guard left whose line was disturbed for five minutes, however many circuits failed in
// them, and however few were built afterwards.
BOOST_AUTO_TEST_CASE(five_minutes_make_no_guard_suspect) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Client client(seed, [](std::size_t, std::size_t) { return 1; });
        const auto until = client.now + minutes(5);
        client.chance = [&client, until](std::size_t guard, std::size_t hop) {
            return guard == 0 && hop > 1 && client.now < until ? 0 : 1;
        };
        client.pace = seconds(1);
        while (client.now < until) BOOST_TEST(!client.build());
        client.pace = seconds(30);
        BOOST_TEST(!client.build(1000));
        BOOST_TEST(client.first() == 0U);
    }
}

// Proves: a guard that does not answer is nobody to compare with, and holds up no trial.
BOOST_AUTO_TEST_CASE(one_that_does_not_answer_is_not_compared_with) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Client client(seed, [](std::size_t guard, std::size_t hop) {
            if (hop == 1) return guard == 1 ? 0 : 1.0;
            return guard == 0 ? 0.3 : 1.0;
        });
        BOOST_TEST(client.build(1000));
        BOOST_TEST(client.bias.left(client.now) == 1U);
    }
}

// Proves: nor can a guard that is on trial end it by not answering now and then.
BOOST_AUTO_TEST_CASE(a_trial_does_not_end_because_the_suspect_is_away) {
    Client client(1, [](std::size_t guard, std::size_t hop) {
        if (guard != 0) return 1.0;
        return hop == 1 ? 0.8 : 0.3;
    });
    BOOST_TEST(client.build(1000));
    BOOST_TEST(client.first() != 0U);
}

// Proves: of guards that are no longer ours nothing is kept.
BOOST_AUTO_TEST_CASE(only_guards_that_are_held_are_counted) {
    Client client(1, [](std::size_t guard, std::size_t hop) { return guard == 0 && hop == 2 ? 0.1 : 1; });
    client.build(25);
    const auto gone = client.guards.front();
    client.guards.front() = client.rng.opaque<NodeId>();
    client.chance = [](std::size_t, std::size_t) { return 1; };
    BOOST_TEST(!client.build(300));
    BOOST_TEST(client.first() == 0U);
    client.guards.front() = gone;
    BOOST_TEST(client.first() == 0U);
    BOOST_TEST(client.bias.left(client.now) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
