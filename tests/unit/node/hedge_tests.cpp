// Proves: however many vaults a rendezvous has, it looks at so many of them, and then others have their turn;
// of what it recalls of them each has a share; a fetch asks one vault at first, the next at once where one
// has not got the block, and beside those who are silent ever more, so that no number of them makes it late.
#include "node/rendezvous/hedge.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <numeric>

#include "node/rendezvous/sessions.hpp"

namespace catacomb::node {
namespace {

using Numbers = std::vector<std::uint64_t>;
const Time kStart = Time(hours(1000));
constexpr auto kPatience = milliseconds(500);

Numbers numbers(std::uint64_t count) {
    Numbers out(count);
    std::iota(out.begin(), out.end(), 1);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(others_have_their_turn_after_so_many_looks) {
    for (const std::size_t vaults : {0U, 4U, 1024U, 5000U}) {
        Turns turns;
        std::size_t since = 0, most = 0, over = 0;
        for (int block = 0; block < 4096; ++block) {
            most = std::max(most, since += vaults);
            if (!turns.are_over(vaults)) continue;
            since = 0;
            ++over;
        }
        BOOST_TEST(most < Turns::kLooks + std::max<std::size_t>(vaults, 1));
        BOOST_TEST((over > 0) == (vaults > 0));
    }
}

BOOST_AUTO_TEST_CASE(the_oldest_roots_make_room_when_vaults_are_many) {
    BOOST_TEST(RecentRoots::share(4) == RecentRoots::kMost);
    BOOST_TEST(RecentRoots::share(1024) > 32U);
    BOOST_TEST(RecentRoots::share(1024) * 1024 <= RecentRoots::kOfAll);
    RecentRoots roots;
    storage::Root root;
    for (std::uint8_t i = 0; i < 100; ++i) {
        root.bytes[0] = i;
        roots.insert(root, 50);
        roots.insert(root, 50);
    }
    BOOST_TEST(roots.size() == 50U);
    BOOST_TEST(roots.count(root) == 2U);
    roots.insert(storage::Root{}, 10);
    BOOST_TEST(roots.size() == 10U);
    BOOST_TEST(roots.count(root) == 2U);
}

BOOST_AUTO_TEST_SUITE(hedges)

BOOST_AUTO_TEST_CASE(the_next_is_asked_when_one_has_it_not) {
    Hedge hedge(numbers(2));
    BOOST_TEST((hedge.next(kStart, kPatience) == Numbers{1}));
    BOOST_TEST(hedge.next(kStart, kPatience).empty());
    hedge.failed();
    BOOST_TEST(!hedge.is_over());
    BOOST_TEST((hedge.next(kStart, kPatience) == Numbers{2}));
    BOOST_TEST((hedge.wake() == kNever));
    BOOST_TEST(!hedge.is_over());
    hedge.failed();
    BOOST_TEST(hedge.is_over());
}

BOOST_AUTO_TEST_CASE(others_are_asked_beside_one_that_is_silent) {
    Hedge hedge(numbers(3));
    hedge.next(kStart, kPatience);
    BOOST_TEST((hedge.wake() == kStart + kPatience));
    BOOST_TEST(hedge.next(kStart + kPatience - microseconds(1), kPatience).empty());
    BOOST_TEST((hedge.next(kStart + kPatience, kPatience) == Numbers{2}));
    BOOST_TEST((hedge.wake() == kStart + 2 * kPatience));
}

// Late by a hair each, they would be asked one by one, and whoever has it never.
BOOST_AUTO_TEST_CASE(who_says_no_late_does_not_hold_off_the_others) {
    Hedge hedge(numbers(9));
    hedge.next(kStart, kPatience);
    hedge.failed();
    BOOST_TEST((hedge.next(kStart + kPatience - microseconds(1), kPatience) == Numbers{2}));
    BOOST_TEST((hedge.next(kStart + kPatience, kPatience) == Numbers{3, 4}));
    hedge.failed();
    BOOST_TEST((hedge.next(kStart + 2 * kPatience - microseconds(1), kPatience) == Numbers{5}));
    BOOST_TEST((hedge.next(kStart + 2 * kPatience, kPatience) == Numbers{6, 7, 8, 9}));
}

BOOST_AUTO_TEST_CASE(a_hundred_silent_ones_take_seven_rounds) {
    Hedge hedge(numbers(101));
    auto now = kStart;
    std::size_t asked = hedge.next(now, kPatience).size();
    int rounds = 0;
    for (; asked < 101; ++rounds) asked += hedge.next(now = hedge.wake(), kPatience).size();
    BOOST_TEST(rounds == 7);
}

BOOST_AUTO_TEST_CASE(nobody_says_he_has_it) {
    Hedge hedge({});
    BOOST_TEST(hedge.next(kStart, kPatience).empty());
    BOOST_TEST(hedge.is_over());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
