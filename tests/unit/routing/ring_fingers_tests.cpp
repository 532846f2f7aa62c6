// Proves: every finger that the successor list does not cover has its turn, the farthest first; a challenger
// from the span takes a place that is free, or whose holder is farther or gone, and no other; and a round
// that fails at any step leaves a table that is right.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "routing/ring/fingers.hpp"
#include "tests/unit/routing/ring_world.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;

namespace {

constexpr std::size_t kTop = NodeId::kSize * 8 - 1;

NodeId at(std::uint8_t first_byte) {
    NodeId id;
    id.bytes[0] = first_byte;
    return id;
}

// A table at zero, whose list of two ends at 8/256 of the ring; and two relays in the farthest span.
struct Far {
    crypto::SeededRng rng{1};
    Table table{bare_relay(at(0)), 2};
    DescriptorPtr near = bare_relay(at(0x90)), other = bare_relay(at(0xa0)), beyond = bare_relay(at(0x10));
    FingerSpan span{kTop, at(0x80), at(0)};

    Far() { table.adopt(bare_relay(at(4)), {bare_relay(at(8))}); }
    FixFinger fix(std::vector<DescriptorPtr> candidates) {
        return FixFinger(table, span, std::move(candidates), rng);
    }
    DescriptorPtr finger() const {
        const auto held = table.fingers().find(kTop);
        return held == table.fingers().end() ? nullptr : held->second;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ring_fingers, Far)

BOOST_AUTO_TEST_CASE(each_span_that_the_list_leaves_has_its_turn) {
    FingerTurns turns;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t bit = kTop; bit > kTop - 4; --bit) {  // 0x80, 0x40, 0x20, 0x10
            const auto turn = turns.next(table);
            BOOST_TEST_REQUIRE(turn.has_value());
            BOOST_TEST(turn->bit == bit);
            BOOST_CHECK(turn->start == plus_power_of_two(table.id(), bit));
            BOOST_TEST((turn->has(turn->start) && !turn->has(turn->end)));
        }
        BOOST_TEST(!turns.next(table).has_value());  // 8 is as far as the list goes
    }
}

BOOST_AUTO_TEST_CASE(a_list_all_the_way_round_needs_none) {
    Table small(bare_relay(at(0)), 3);
    small.adopt(bare_relay(at(4)), {bare_relay(at(8))});
    BOOST_TEST(!FingerTurns().next(small).has_value());
}

BOOST_AUTO_TEST_CASE(a_free_place_is_taken_by_who_answers) {
    auto round = fix({near, beyond});
    BOOST_REQUIRE(round.ask() == near);
    round.answered(milliseconds(80));
    BOOST_CHECK((!round.ask() && finger() == near));
}

BOOST_AUTO_TEST_CASE(a_free_place_stays_free_when_nobody_answers) {
    auto round = fix({near});
    round.gone();
    BOOST_CHECK((!round.ask() && !finger()));
}

BOOST_AUTO_TEST_CASE(who_left_an_empty_span_leaves_the_table) {
    table.set_finger(kTop, near);
    BOOST_CHECK((!fix({beyond}).ask() && !finger()));
}

BOOST_AUTO_TEST_CASE(the_nearer_one_has_the_place) {
    for (const auto& [trip, winner] :
         {std::pair{milliseconds(79), near}, {milliseconds(80), near}, {milliseconds(81), other}}) {
        table.set_finger(kTop, near);
        auto round = fix({other});
        BOOST_REQUIRE(round.ask() == other);
        round.answered(milliseconds(80));
        BOOST_REQUIRE(round.ask() == near);
        round.answered(trip);
        BOOST_CHECK((!round.ask() && finger() == winner));
    }
}

BOOST_AUTO_TEST_CASE(a_challenger_that_is_gone_changes_nothing) {
    table.set_finger(kTop, near);
    auto round = fix({other});
    round.gone();
    BOOST_CHECK((!round.ask() && finger() == near));
}

BOOST_AUTO_TEST_CASE(a_holder_that_is_gone_makes_room) {
    table.set_finger(kTop, near);
    auto round = fix({other});
    round.answered(seconds(1));
    round.gone();
    BOOST_CHECK((!round.ask() && finger() == other));
}

BOOST_AUTO_TEST_CASE(a_holder_drawn_against_itself) {
    table.set_finger(kTop, near);
    auto stays = fix({near});
    stays.answered(milliseconds(80));
    BOOST_CHECK((!stays.ask() && finger() == near));
    auto leaves = fix({near});
    leaves.gone();
    BOOST_CHECK((!leaves.ask() && !finger()));
}

BOOST_AUTO_TEST_SUITE_END()
