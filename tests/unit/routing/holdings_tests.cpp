// Proves: of all that hold something, whoever has kept it for longest is cut off first, no more of them
// than it takes, and the sum is right whatever they do.
#include "routing/holdings.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "crypto/random.hpp"

namespace catacomb::routing {
namespace {

struct Fixture {
    struct Named final : Holder {
        Named(Fixture& owner, char letter) : fixture(owner), name(letter) {}
        ~Named() override { fixture.holdings.release_all(*this); }
        void cut_off() override {
            fixture.order += name;
            fixture.holdings.hold(fixture.of('d'), fixture.end_costs);
            fixture.all[static_cast<std::size_t>(name - 'a')].reset();  // as a circuit does
        }
        Fixture& fixture;
        char name;
    };
    Named& of(char name) { return *all[static_cast<std::size_t>(name - 'a')]; }

    int told = 0;
    std::size_t end_costs = 0;  // what d holds more when another is cut off
    Holdings holdings{100, [this] { ++told; }};
    std::string order;
    std::vector<std::unique_ptr<Named>> all;

    Fixture() {
        for (const char name : {'a', 'b', 'c', 'd'}) all.push_back(std::make_unique<Named>(*this, name));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(holdings_of_a_node, Fixture)

BOOST_AUTO_TEST_CASE(the_first_that_stood_still_is_cut_off) {
    holdings.hold(of('c'), 40);
    holdings.hold(of('a'), 30);
    holdings.hold(of('c'), 30);  // more waits there: no progress
    BOOST_TEST(told == 0);
    holdings.make_room();
    BOOST_TEST(order == "");
    holdings.hold(of('d'), 1);
    holdings.hold(of('d'), 1);
    BOOST_TEST(told == 1);
    holdings.make_room();
    BOOST_TEST(order == "c");
    BOOST_TEST(holdings.held() == 32u);
    BOOST_TEST(holdings.cut_off() == 1u);
}

BOOST_AUTO_TEST_CASE(what_moves_is_spared) {
    for (const char name : {'a', 'b', 'c'}) holdings.hold(of(name), 30);
    holdings.hold(of('a'), 5);
    holdings.release(of('a'), 30);  // nothing of the first is left
    holdings.release(of('b'), 29);  // something is
    holdings.hold(of('d'), 70);
    holdings.make_room();
    BOOST_TEST(order == "bc");
    BOOST_TEST(holdings.held() == 75u);
}

// A little that comes and goes does not keep the rest young.
BOOST_AUTO_TEST_CASE(what_stays_is_old) {
    holdings.hold(of('a'), 50);
    holdings.hold(of('b'), 30);
    for (int i = 0; i < 40; ++i) {
        holdings.hold(of('a'), 1);
        holdings.release(of('a'), 1);
    }
    holdings.hold(of('b'), 21);
    holdings.make_room();
    BOOST_TEST(order == "a");
}

// What is held because somebody was cut off does not cut off others in the same turn.
BOOST_AUTO_TEST_CASE(the_end_of_one_is_not_the_end_of_all) {
    end_costs = 40;
    for (const char name : {'a', 'b', 'c'}) holdings.hold(of(name), 30);
    holdings.hold(of('d'), 15);
    holdings.make_room();
    BOOST_TEST(order == "a");
    BOOST_TEST(holdings.held() == 115u);
    BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(what_holds_nothing_any_more_begins_anew) {
    for (const char name : {'a', 'b', 'c'}) holdings.hold(of(name), 30);
    holdings.release(of('a'), 30);
    all[1].reset();
    BOOST_TEST(holdings.held() == 30u);
    holdings.hold(of('a'), 80);
    holdings.make_room();
    BOOST_TEST(order == "c");
    holdings.hold(of('d'), 101);
    BOOST_TEST(told == 2);
    holdings.make_room();
    BOOST_TEST(order == "cad");
    BOOST_TEST(holdings.held() == 0u);
}

BOOST_AUTO_TEST_CASE(the_sum_is_that_of_all) {
    crypto::SeededRng rng(1);
    std::vector<std::size_t> holds(4);
    for (int round = 0; round < 2000; ++round) {
        const auto which = rng.below(4);
        auto& holder = *all[which];
        const auto bytes = rng.below(10);
        if (rng.chance(0.5)) {
            holdings.hold(holder, bytes);
            holds[which] += bytes;
        } else if (bytes <= holds[which]) {
            holdings.release(holder, bytes);
            holds[which] -= bytes;
        }
        BOOST_REQUIRE_EQUAL(holdings.held(), holds[0] + holds[1] + holds[2] + holds[3]);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
