// Proves: guards stay the same for months whatever the view does, backups step in while one is away and step
// back, and an attacker who takes guards down meets a bound; second-layer guards change within their
// lifetimes.
#include "routing/onion/guards.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

namespace catacomb::routing {
namespace {

constexpr auto kDay = hours(24);

struct World {
    crypto::SeededRng rng{1};
    std::vector<PathRelay> relays;
    NodeId self = rng.opaque<NodeId>();
    Time now{kDay * 1000};
    GuardLimits limits;
    GuardState state{limits};

    World() { add_relays(60); }
    void add_relays(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) relays.push_back({rng.opaque<NodeId>(), {relays.size()}, 1});
    }
    void remove(const NodeId& id) {
        std::erase_if(relays, [&](const auto& relay) { return relay.id == id; });
    }
    void refresh() { state.refresh(relays, self, now, true, rng); }
    void pass(Duration time) {
        for (const auto end = now + time; now < end; now += hours(6)) refresh();
    }
};

bool contains(const std::vector<NodeId>& ids, const NodeId& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

BOOST_FIXTURE_TEST_SUITE(onion_guards, World)

BOOST_AUTO_TEST_CASE(guards_are_few_distinct_and_kept) {
    relays.push_back({self, {1000}, 1});
    refresh();
    const auto first = state.guards(now);
    BOOST_TEST(first.size() == 3u);
    BOOST_TEST(std::set<NodeId>(first.begin(), first.end()).size() == 3u);
    BOOST_TEST(state.second_guards(now).size() == 4u);
    add_relays(200);
    pass(kDay * 119);
    BOOST_TEST((state.guards(now) == first));
    pass(kDay * 2);
    for (const auto& id : state.guards(now)) BOOST_TEST(!contains(first, id));
}

BOOST_AUTO_TEST_CASE(guards_are_in_distinct_networks_and_never_this_node) {
    for (auto& relay : relays) relay.prefixes = {relay.prefixes[0] % 2};
    relays.push_back({self, {7}, 1});
    refresh();
    // Two other networks; this node, alone in a third, would make three.
    BOOST_TEST(state.guards(now).size() == 2u);
    BOOST_TEST(!contains(state.guards(now), self));
}

BOOST_AUTO_TEST_CASE(a_guard_that_failed_stands_back_and_returns) {
    refresh();
    const auto first = state.guards(now);
    state.on_failure(first[0], now);
    BOOST_TEST((state.guards(now) == std::vector<NodeId>{first[1], first[2], first[0]}));
    BOOST_TEST((state.guards(now + limits.retry_after) == first));
    state.on_success(first[0]);
    BOOST_TEST((state.guards(now) == first));
}

BOOST_AUTO_TEST_CASE(an_unlisted_guard_is_stood_in_for_and_given_up_after_a_week) {
    refresh();
    const auto first = state.guards(now);
    const auto away =
        *std::find_if(relays.begin(), relays.end(), [&](const auto& r) { return r.id == first[0]; });
    remove(away.id);
    pass(kDay);
    const auto with_stand_in = state.guards(now);
    BOOST_TEST(with_stand_in.size() == 4u);
    BOOST_TEST((with_stand_in[0] == first[0]));  // it comes back to its place
    relays.push_back(away);
    pass(kDay);
    BOOST_TEST((state.guards(now) == with_stand_in));
    remove(away.id);
    pass(kDay * 9);
    BOOST_TEST(!contains(state.guards(now), away.id));
}

BOOST_AUTO_TEST_CASE(taking_guards_down_does_not_walk_through_the_network) {
    for (int round = 0; round < 20; ++round) {
        refresh();
        for (const auto& id : state.guards(now)) remove(id);
        now += hours(1);
    }
    BOOST_TEST(state.guards(now).size() == limits.held_max);
}

BOOST_AUTO_TEST_CASE(none_is_chosen_before_it_may_be) {
    state.refresh(relays, self, now, false, rng);
    BOOST_TEST(state.guards(now).empty());
    refresh();
    const auto first = state.guards(now);
    remove(first[0]);
    for (int day = 0; day < 3; ++day) state.refresh(relays, self, now += kDay, false, rng);
    BOOST_TEST((state.guards(now) == first));
}

BOOST_AUTO_TEST_CASE(spares_come_while_fewer_than_two_answer) {
    refresh();
    const auto first = state.guards(now);
    state.on_failure(first[0], now);
    refresh();
    BOOST_TEST(state.guards(now).size() == 3u);
    state.on_failure(first[1], now);
    refresh();
    const auto with_spare = state.guards(now);
    BOOST_TEST(with_spare.size() == 4u);
    BOOST_TEST((with_spare[0] == first[2]));
    const auto spare = with_spare[1];
    BOOST_TEST(!contains(first, spare));
    // One that answers stays, so that nobody walks us to another each time.
    for (int i = 0; i < 10; ++i, refresh()) {
        state.on_success(first[2]);
        state.on_success(spare);
    }
    BOOST_TEST((state.guards(now) == with_spare));
}

BOOST_AUTO_TEST_CASE(an_outage_of_our_own_leaves_no_spares) {
    refresh();
    const auto first = state.guards(now);
    for (int i = 0; i < 20; ++i, refresh()) {
        for (const auto& id : state.guards(now)) state.on_failure(id, now);
    }
    BOOST_TEST(state.guards(now).size() == limits.held_max);
    BOOST_TEST((state.guards(now)[0] == first[0]));  // they are tried first
    state.on_success(first[0]);
    BOOST_TEST(state.guards(now).size() == 3u);
}

BOOST_AUTO_TEST_CASE(spares_are_gone_after_hours) {
    refresh();
    const auto first = state.guards(now);
    for (int i = 0; i < 10; ++i, refresh()) {
        for (const auto& id : state.guards(now)) state.on_failure(id, now);
    }
    BOOST_TEST(state.guards(now).size() == limits.held_max);
    now += limits.spare_limit;
    refresh();
    BOOST_TEST((state.guards(now) == first));  // who failed so long ago is worth a try
}

BOOST_AUTO_TEST_CASE(a_second_guard_that_fails_is_stood_in_for) {
    refresh();
    const auto before = state.second_guards(now);
    for (const auto& id : before) state.on_failure(id, now);
    refresh();
    const auto after = state.second_guards(now);
    BOOST_TEST(after.size() == limits.held_max);
    BOOST_TEST(!contains(before, after.front()));
}

BOOST_AUTO_TEST_CASE(who_weighs_more_is_chosen_more_often) {
    relays[0].weight = 60;  // as much as all others
    std::size_t chosen = 0;
    for (int i = 0; i < 400; ++i) {
        GuardState fresh(limits);
        fresh.refresh(relays, self, now, true, rng);
        chosen += fresh.guards(now).front() == relays[0].id ? 1 : 0;
    }
    BOOST_TEST(chosen > 160u);
    BOOST_TEST(chosen < 240u);
}

BOOST_AUTO_TEST_CASE(second_guards_change_over_days) {
    refresh();
    const auto before = state.second_guards(now);
    pass(hours(23));
    BOOST_TEST((state.second_guards(now) == before));
    pass(kDay * 12);
    for (const auto& id : state.second_guards(now)) BOOST_TEST(!contains(before, id));
}

BOOST_AUTO_TEST_CASE(what_is_saved_is_what_is_loaded) {
    refresh();
    state.on_failure(state.guards(now)[1], now);
    GuardState other(limits);
    other.load(state.saved());
    BOOST_TEST((other.saved() == state.saved()));
    BOOST_TEST((other.guards(now) == state.guards(now)));
    BOOST_TEST((other.second_guards(now) == state.second_guards(now)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
