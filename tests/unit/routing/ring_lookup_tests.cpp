// Proves that a lookup finds the owner an omniscient observer would name: from full views in one query, from
// fingers alone in about half log2 N steps, past crashed relays, and past liars where the paths are disjoint.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "crypto/random.hpp"
#include "routing/ring/lookup.hpp"
#include "tests/unit/routing/ring_world.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;

namespace {

// A ring with ideal successor lists and fingers, whose relays may crash or lie; lookups run against it at
// once.
struct StillRing {
    std::map<NodeId, DescriptorPtr> relays;
    std::map<NodeId, Table> tables;
    std::set<NodeId> crashed, liars;
    View empty_view{NetworkParameters::testnet("lookups")};
    std::size_t r;
    Rng& rng;

    StillRing(std::size_t n, std::size_t r_length, Rng& random) : r(r_length), rng(random) {
        while (relays.size() < n) {
            auto relay = bare_relay(rng.opaque<NodeId>());
            relays.emplace(relay->id, relay);
        }
        for (const auto& [id, relay] : relays) tables.emplace(id, make_table(relay));
    }
    DescriptorPtr owner(const RingId& target) const {
        const auto it = relays.lower_bound(target);
        return it == relays.end() ? relays.begin()->second : it->second;
    }
    DescriptorPtr after(const NodeId& id) const {
        auto it = relays.upper_bound(id);
        return it == relays.end() ? relays.begin()->second : it->second;
    }
    Table make_table(const DescriptorPtr& relay) const {
        Table table(relay, r);
        std::vector<DescriptorPtr> list{after(relay->id)};
        while (list.size() < std::min(r, relays.size() - 1)) list.push_back(after(list.back()->id));
        table.adopt(list.front(), {list.begin() + 1, list.end()});
        auto before = relays.find(relay->id);
        table.set_predecessor(before == relays.begin() ? relays.rbegin()->second : std::prev(before)->second);
        for (std::size_t bit = 0; bit < 256; ++bit)
            table.set_finger(bit, owner(plus_power_of_two(relay->id, bit)));
        return table;
    }
    DescriptorPtr live_owner(const RingId& target) const {
        auto relay = owner(target);
        while (crashed.contains(relay->id)) relay = after(relay->id);
        return relay;
    }
    void crash_some(double share) {
        for (const auto& entry : relays)
            if (rng.chance(share)) crashed.insert(entry.first);
    }
    // A liar leaves out everybody but its friends.
    FindAnswer lie(const FindStep& step) const {
        FindAnswer out;
        auto it = liars.lower_bound(step.target);
        out.owners.push_back(relays.at(it == liars.end() ? *liars.begin() : *it));
        return out;
    }
    struct Outcome {
        DescriptorPtr owner;  // null: none
        std::size_t queries = 0;
        std::vector<DescriptorPtr> list;
    };
    Outcome look_up(const NodeId& from, const FindStep& wanted, unsigned paths,
                    std::vector<DescriptorPtr> view = {}) {
        const auto own = find_step(tables.at(from), empty_view, {wanted.target, 8}, Time{}, 32);
        Lookup lookup({wanted.target, wanted.count, paths, own.closer, view.empty() ? own.owners : view,
                       static_cast<double>(relays.size())});
        const auto step = lookup.step();
        while (!lookup.done())
            for (const auto& peer : lookup.ask()) {
                if (crashed.contains(peer->id)) {
                    lookup.gone(peer->id);
                } else if (liars.contains(peer->id)) {
                    lookup.answered(peer->id, lie(step));
                } else {
                    lookup.answered(peer->id, find_step(tables.at(peer->id), empty_view, step, Time{}));
                }
            }
        const auto result = lookup.result();
        return {result ? result->front() : nullptr, lookup.queries(),
                result ? *result : std::vector<DescriptorPtr>{}};
    }
    NodeId someone_honest() {
        for (;;) {
            auto it = relays.begin();
            std::advance(it, rng.below(relays.size()));
            if (!crashed.contains(it->first) && !liars.contains(it->first)) return it->first;
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_lookup)

BOOST_AUTO_TEST_CASE(every_small_ring) {
    crypto::SeededRng rng(1);
    for (std::size_t n = 2; n <= 12; ++n) {
        StillRing ring(n, 4, rng);
        for (const auto& [from, relay] : ring.relays)
            for (int i = 0; i < 20; ++i) {
                const auto target = i == 0 ? ring.someone_honest() : rng.opaque<RingId>();
                if (ring.tables.at(from).owns(target)) {
                    BOOST_REQUIRE(ring.owner(target)->id == from);
                    continue;
                }
                const auto found = ring.look_up(from, {target, 3}, 1 + i % 3);
                BOOST_REQUIRE(found.owner && found.owner->id == ring.owner(target)->id);
                BOOST_REQUIRE_EQUAL(found.list.size(), std::min<std::size_t>(3, n));
                for (std::size_t k = 1; k < found.list.size(); ++k)
                    BOOST_REQUIRE(found.list[k]->id == ring.after(found.list[k - 1]->id)->id);
            }
    }
}

BOOST_AUTO_TEST_CASE(fingers_take_half_log2_n_steps) {
    crypto::SeededRng rng(2);
    StillRing ring(512, 8, rng);
    double queries = 0;
    constexpr int kLookups = 500;
    for (int i = 0; i < kLookups; ++i) {
        const auto target = rng.opaque<RingId>();
        const auto found = ring.look_up(ring.someone_honest(), {target, 1}, 1);
        BOOST_REQUIRE(found.owner == ring.owner(target));
        queries += static_cast<double>(found.queries);
    }
    BOOST_TEST_MESSAGE("512 relays: " << queries / kLookups << " queries, the owner's own word included");
    BOOST_TEST(queries / kLookups < 0.5 * std::log2(512) + 1);
}

BOOST_AUTO_TEST_CASE(a_view_that_knows_the_owner_takes_one) {
    crypto::SeededRng rng(3);
    StillRing ring(200, 8, rng);
    for (int i = 0; i < 200; ++i) {
        const auto target = rng.opaque<RingId>();
        const auto found = ring.look_up(ring.someone_honest(), {target, 4}, 1, {ring.owner(target)});
        BOOST_REQUIRE(found.owner == ring.owner(target));
        BOOST_REQUIRE_LE(found.queries, 1U + (ring.relays.size() / 7 == 0));
        BOOST_REQUIRE_EQUAL(found.list.size(), 4U);
    }
    // A view that missed the owner names a later one; that one knows better, or sends us on.
    for (int i = 0; i < 200; ++i) {
        const auto target = rng.opaque<RingId>();
        const auto found =
            ring.look_up(ring.someone_honest(), {target, 1}, 1, {ring.after(ring.owner(target)->id)});
        BOOST_REQUIRE(found.owner == ring.owner(target));
    }
}

BOOST_AUTO_TEST_CASE(crashed_relays_are_stepped_over) {
    crypto::SeededRng rng(4);
    StillRing ring(512, 20, rng);
    ring.crash_some(0.4);
    for (int i = 0; i < 500; ++i) {
        const auto target = rng.opaque<RingId>();
        const auto found = ring.look_up(ring.someone_honest(), {target, 1}, 1);
        BOOST_REQUIRE(found.owner == ring.live_owner(target));
    }
}

BOOST_AUTO_TEST_CASE(disjoint_paths_resist_liars) {
    crypto::SeededRng rng(5);
    StillRing ring(512, 20, rng);
    for (const auto& entry : ring.relays)
        if (rng.chance(0.2)) ring.liars.insert(entry.first);
    const auto share_found = [&](unsigned paths) {
        int right = 0, asked = 0;
        while (asked < 500) {
            const auto target = rng.opaque<RingId>();
            if (ring.liars.contains(ring.owner(target)->id))
                continue;  // the true owner may say what it likes
            ++asked;
            right += ring.look_up(ring.someone_honest(), {target, 1}, paths).owner == ring.owner(target);
        }
        return right / 500.0;
    };
    const auto one = share_found(1), three = share_found(3);
    BOOST_TEST_MESSAGE("20 % liars: right over one path " << one << ", over three " << three);
    BOOST_TEST(three > one + 0.1);
    BOOST_TEST(three > 0.85);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_an_honest_error) {
    crypto::SeededRng rng(6);
    StillRing ring(20, 8, rng);
    const auto from = ring.someone_honest();
    for (const auto& entry : ring.relays)
        if (entry.first != from) ring.crashed.insert(entry.first);
    const auto found = ring.look_up(from, {plus_power_of_two(from, 255), 1}, 3);
    BOOST_TEST(found.owner == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
