// Proves, step by step: a vault is registered at the relays that follow its id; an old registration is kept
// until all new ones stand; a relay that cannot be reached is passed over for a while, but never all of them;
// pauses grow with what fails and with what stands only for a moment.
#include "node/vault/targets.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "crypto/random.hpp"

namespace catacomb::node {
namespace {

using routing::NodeId;
using Ids = std::vector<NodeId>;

NodeId relay(std::uint8_t number) {
    NodeId out;
    out.bytes[0] = number;
    return out;
}
Ids relays(std::initializer_list<int> numbers) {
    Ids out;
    for (const auto number : numbers) out.push_back(relay(static_cast<std::uint8_t>(number)));
    return out;
}

struct Fixture {
    Targets targets{3};
    Time now = Time(hours(1000));
    crypto::SeededRng rng{1};

    void all_stand(const Ids& which) {
        for (const auto& one : which) targets.stands(one, now);
    }
    void fail(const NodeId& which, int times) {
        for (int i = 0; i < times; ++i) targets.failed(which, now);
    }
    // Jittered by a quarter.
    bool pauses_about(Duration length) {
        const auto pause = targets.pause(relay(1), rng);
        return pause && *pause >= length * 3 / 4 && *pause < length * 5 / 4;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(vault_targets, Fixture)

BOOST_AUTO_TEST_CASE(the_first_that_follow_are_begun_once) {
    BOOST_TEST((targets.choose({}, now).begin == Ids{}));
    BOOST_TEST(!targets.settled());
    BOOST_TEST((targets.choose(relays({1, 2}), now).begin == relays({1, 2})));
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).begin == relays({3})));
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).begin == Ids{}));
    BOOST_TEST(targets.wanted() == 3U);
    all_stand(relays({1, 2}));
    BOOST_TEST(!targets.settled());
    all_stand(relays({3}));
    BOOST_TEST(targets.settled());
}

BOOST_AUTO_TEST_CASE(the_old_one_stays_until_the_new_ones_stand) {
    (void)targets.choose(relays({2, 3, 4}), now);
    all_stand(relays({2, 3, 4}));
    auto change = targets.choose(relays({1, 2, 3, 4}), now);
    BOOST_TEST((change.begin == relays({1})));
    BOOST_TEST((change.end == Ids{}));
    BOOST_TEST(targets.wants(relay(4)));
    targets.ended(relay(2), now);
    targets.stands(relay(1), now);
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).end == Ids{}));
    targets.stands(relay(2), now);
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).end == relays({4})));
    BOOST_TEST(!targets.wants(relay(4)));
    // What is told of it afterwards is not heard.
    targets.stands(relay(4), now);
    BOOST_TEST(targets.standing() == 3U);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_reached_is_passed_over_for_a_while) {
    (void)targets.choose(relays({1, 2, 3, 4}), now);
    BOOST_TEST(targets.sight() == 3U);
    fail(relay(2), 2);
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).begin == Ids{}));
    fail(relay(2), 1);
    BOOST_TEST(targets.sight() == 4U);
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).begin == relays({4})));
    all_stand(relays({1, 3, 4}));
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).end == relays({2})));
    now += minutes(2);
    BOOST_TEST((targets.choose(relays({1, 2, 3, 4}), now).begin == relays({2})));
}

BOOST_AUTO_TEST_CASE(a_success_in_between_starts_the_count_anew) {
    (void)targets.choose(relays({1, 2, 3}), now);
    fail(relay(1), 2);
    targets.stands(relay(1), now);
    fail(relay(1), 2);
    BOOST_TEST(targets.sight() == 3U);
}

BOOST_AUTO_TEST_CASE(whoever_is_cut_off_does_not_pass_over_everybody) {
    const auto all = relays({1, 2, 3, 4, 5, 6, 7});
    for (int round = 0; round < 5; ++round) {
        (void)targets.choose(all, now);
        for (const auto& one : all) fail(one, 3);
    }
    BOOST_TEST(targets.sight() == 6U);
    // 1, 2 and 3 are passed over; the next three are tried.
    BOOST_TEST(targets.wants(relay(6)));
    BOOST_TEST(!targets.wants(relay(7)));
}

BOOST_AUTO_TEST_CASE(pauses_grow_until_it_stands_for_a_while) {
    (void)targets.choose(relays({1, 2, 3}), now);
    for (const auto length : {100, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000}) {
        fail(relay(1), 1);
        BOOST_TEST(pauses_about(milliseconds(length)));
    }
    targets.stands(relay(1), now);
    now += minutes(1);
    targets.ended(relay(1), now);
    BOOST_TEST(pauses_about(milliseconds(100)));
    fail(relay(1), 1);
    BOOST_TEST(pauses_about(milliseconds(200)));
    BOOST_TEST(!targets.pause(relay(9), rng).has_value());
}

// Two vaults with one key take each other's registrations: each must come back ever later, and say so.
BOOST_AUTO_TEST_CASE(what_stands_only_for_a_moment_is_tried_ever_later) {
    (void)targets.choose(relays({1, 2, 3}), now);
    for (unsigned i = 1; i <= 3; ++i) {
        targets.stands(relay(1), now);
        now += seconds(1);
        targets.ended(relay(1), now);
        BOOST_TEST(targets.short_lived(relay(1)) == i);
        BOOST_TEST(pauses_about(milliseconds(50 << i)));
    }
    targets.stands(relay(1), now);
    now += minutes(1);
    targets.ended(relay(1), now);
    BOOST_TEST(targets.short_lived(relay(1)) == 0U);
    BOOST_TEST(pauses_about(milliseconds(100)));
}

// A vault whose registrations are tried one after the other, of which one fails.
struct Registering {
    explicit Registering(int which) : fault(which) {}

    // What fails takes its three tries, one after the other.
    void try_at(const NodeId& relay) {
        const bool fails = step++ == fault;
        for (int i = 0; fails && i < 3; ++i) targets.failed(relay, now);
        if (fails) return;
        targets.stands(relay, now);
        standing.insert(relay);
    }
    void settle(const Ids& following) {
        for (int round = 0; round < 10 && (round == 0 || !targets.settled()); ++round) {
            (void)targets.choose(following, now);
            for (const auto& one : following) {
                if (!targets.wants(one)) standing.erase(one);
                if (targets.wants(one) && !standing.contains(one)) try_at(one);
            }
            for (const auto& one : targets.choose(following, now).end) standing.erase(one);
            now += seconds(1);
        }
        BOOST_TEST(targets.settled(), "step " << fault);
    }
    void end_all() {
        for (const auto& one : standing) targets.ended(one, now);
        standing.clear();
    }

    Targets targets{3};
    Time now = Time(hours(1000));
    int fault, step = 0;
    std::set<NodeId> standing;
};

// Three are wanted and stand, the ring moves on by one, all ends and is begun anew.
BOOST_AUTO_TEST_CASE(it_settles_whichever_step_fails) {
    const auto before = relays({2, 3, 4, 5, 6}), after = relays({1, 2, 3, 4, 5, 6});
    int steps = 0;
    for (int fault = 0; fault <= steps; ++fault) {
        Registering vault(fault);
        vault.settle(before);
        vault.settle(after);
        vault.end_all();
        BOOST_TEST(vault.targets.standing() == 0U);
        vault.settle(after);
        vault.now += minutes(3);  // whoever was passed over has its turn again
        vault.settle(after);
        for (const auto& one : after)
            BOOST_TEST(vault.targets.wants(one) == (one.bytes[0] <= 3), "step " << fault);
        steps = vault.step;
    }
    BOOST_TEST(steps >= 7);
}

// Of those that serve us; a single relay that names little does not stop us.
BOOST_AUTO_TEST_CASE(the_second_smallest_share_counts) {
    targets.choose(relays({1, 2, 3}), now);
    all_stand(relays({1, 2}));
    BOOST_TEST(targets.share() == Targets::kNoShare);
    targets.told_share(relay(1), 1);
    targets.told_share(relay(9), 1);  // which is none of ours
    BOOST_TEST(targets.share() == Targets::kNoShare);
    targets.told_share(relay(2), 500);
    BOOST_TEST(targets.share() == 500U);
    all_stand(relays({3}));
    targets.told_share(relay(3), 400);
    BOOST_TEST(targets.share() == 400U);
    targets.told_share(relay(3), 0);  // not said
    BOOST_TEST(targets.share() == 500U);
    targets.ended(relay(2), now);
    BOOST_TEST(targets.share() == Targets::kNoShare);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
