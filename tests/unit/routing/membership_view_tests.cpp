// Proves that a view keeps the newest descriptor of each relay and forgets expired ones, that its caps hold
// and favour those who were there first, that ring order and ownership come out right, and that suspicion is
// local, passing and refutable.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "routing/membership/view.hpp"
#include "routing/ring/id.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;
using Change = View::Change;

namespace {

struct ManyRelays {
    crypto::SeededRng rng{2};
    View view{test_network()};
    std::vector<TestRelay> relays;

    explicit ManyRelays(std::uint32_t n = 60) {
        for (std::uint32_t i = 0; i < n; ++i) {
            relays.emplace_back(rng, test_address(i));
            BOOST_REQUIRE(view.insert(relays.back().descriptor(), kTestNow) == Change::added);
        }
    }
    DescriptorPtr newer(std::size_t which, std::uint64_t incarnation, Duration later = {}) {
        auto& fields = relays[which].fields;
        fields.incarnation = incarnation;
        fields.published += later;
        fields.expires += later;
        return relays[which].descriptor();
    }
};

bool ascending(const std::vector<DescriptorPtr>& relays) {
    return std::is_sorted(relays.begin(), relays.end(),
                          [](const DescriptorPtr& a, const DescriptorPtr& b) { return a->id < b->id; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(views, ManyRelays)

BOOST_AUTO_TEST_CASE(the_newest_wins) {
    const auto old = relays[0].descriptor();
    const auto before = view.version();
    BOOST_CHECK(view.insert(old, kTestNow) == Change::known);
    BOOST_TEST(view.version() == before);
    const auto restarted = newer(0, 2);
    BOOST_CHECK(view.insert(restarted, kTestNow) == Change::renewed);
    BOOST_CHECK(view.insert(old, kTestNow) == Change::known);
    BOOST_CHECK(view.find(old->id) == restarted);
    BOOST_CHECK(view.find_entry(entry_name(restarted->digest))->relay == restarted);
    BOOST_CHECK(!view.find_entry(entry_name(old->digest)));
    BOOST_TEST(view.size() == relays.size());
}

BOOST_AUTO_TEST_CASE(expired_ones_are_forgotten) {
    const auto renewed = newer(0, 1, hours(1));
    BOOST_CHECK(view.insert(renewed, kTestNow + hours(1)) == Change::renewed);
    BOOST_TEST(view.live(kTestNow + hours(24)).size() == 1U);
    BOOST_TEST(view.expire(kTestNow + hours(24) - seconds(1)) == 0U);
    BOOST_TEST(view.expire(kTestNow + hours(24)) == relays.size() - 1);
    BOOST_CHECK(view.all() == std::vector{renewed});
    BOOST_CHECK(view.insert(relays[1].descriptor(), kTestNow + hours(24)) == Change::invalid);
}

BOOST_AUTO_TEST_CASE(caps_keep_those_who_are_here) {
    auto network = test_network();
    network.view_cap = 5;
    network.relays_per_prefix = 2;
    View small(network);
    const auto at = [](std::uint32_t host) { return Endpoint::v4(host, 1); };
    std::vector<TestRelay> here;
    for (const auto host : {0x0a010001u, 0x0a010101u, 0x0a020001u, 0x0a030001u}) {
        here.emplace_back(rng, at(host));
        BOOST_CHECK(small.insert(here.back().descriptor(), kTestNow) == Change::added);
    }
    BOOST_CHECK(small.insert(TestRelay(rng, at(0x0a01ff01)).descriptor(), kTestNow) == Change::crowded);
    // A relay may be renewed in a crowded prefix, but not move into one.
    here[0].fields.incarnation = 2;
    BOOST_CHECK(small.insert(here[0].descriptor(), kTestNow) == Change::renewed);
    here[2].fields.incarnation = 2;
    here[2].fields.addresses = {at(0x0a01aa01)};
    BOOST_CHECK(small.insert(here[2].descriptor(), kTestNow) == Change::crowded);
    BOOST_CHECK(small.insert(TestRelay(rng, at(0x0a040001)).descriptor(), kTestNow) == Change::added);
    BOOST_CHECK(small.insert(TestRelay(rng, at(0x0a050001)).descriptor(), kTestNow) == Change::full);
    BOOST_TEST(small.size() == 5U);
}

BOOST_AUTO_TEST_CASE(neighbours_are_an_omniscient_observers) {
    const auto all = view.all();
    BOOST_TEST(ascending(all));
    for (int i = 0; i < 200; ++i) {
        const auto target = i % 2 == 0 ? rng.opaque<RingId>() : rng.pick(all)->id;
        auto expected = all;
        std::sort(expected.begin(), expected.end(), [&](const DescriptorPtr& a, const DescriptorPtr& b) {
            return distance(target, a->id) < distance(target, b->id);
        });
        BOOST_REQUIRE(view.successors_of(target, all.size(), kTestNow) == expected);
        std::reverse(expected.begin(), expected.end());
        std::erase_if(expected, [&](const DescriptorPtr& relay) { return relay->id == target; });
        BOOST_REQUIRE(view.predecessors_of(target, all.size(), kTestNow) == expected);
        expected.resize(3);
        BOOST_REQUIRE(view.predecessors_of(target, 3, kTestNow) == expected);
    }
}

BOOST_AUTO_TEST_CASE(suspects_are_left_out_for_a_while) {
    const auto id = view.all()[7]->id;
    auto now = kTestNow;
    Duration lasted = kFirstSuspicion;
    for (int strike = 0; strike < 9; ++strike) {
        view.heard(id, Heard::silence, now);
        view.heard(id, Heard::silence, now);  // once is enough
        BOOST_TEST(view.is_suspect(id, now + lasted - microseconds(1)));
        BOOST_TEST(!view.is_suspect(id, now + lasted));
        BOOST_TEST(view.live(now).size() == relays.size() - 1);
        BOOST_CHECK(view.successors_of(id, 1, now).front()->id != id);
        BOOST_TEST(view.all().size() == relays.size());
        now += lasted;
        lasted = std::min(lasted * 2, kLongestSuspicion);
    }
    view.heard(id, Heard::silence, now);
    view.heard(id, Heard::answer, now);
    BOOST_TEST(!view.is_suspect(id, now));
    view.heard(id, Heard::silence, now);
    BOOST_TEST(!view.is_suspect(id, now + kFirstSuspicion));  // strikes were forgiven
}

BOOST_AUTO_TEST_CASE(a_restart_refutes_suspicion) {
    const auto id = relays[0].descriptor()->id;
    view.heard(id, Heard::silence, kTestNow);
    view.insert(newer(0, 1, seconds(1)), kTestNow + seconds(1));
    BOOST_TEST(view.is_suspect(id, kTestNow + seconds(1)));
    view.insert(newer(0, 2), kTestNow + seconds(1));
    BOOST_TEST(!view.is_suspect(id, kTestNow + seconds(1)));
}

BOOST_AUTO_TEST_CASE(digests_tell_contents_and_not_history) {
    View reversed(test_network());
    for (std::size_t i = relays.size(); i-- > 0;) reversed.insert(relays[i].descriptor(), kTestNow);
    const auto differing = [&] {
        std::size_t out = 0;
        for (std::size_t i = 0; i < kViewBuckets; ++i)
            out += view.bucket_digest(i) != reversed.bucket_digest(i);
        return out;
    };
    BOOST_TEST(differing() == 0U);
    reversed.heard(relays[3].descriptor()->id, Heard::silence, kTestNow);  // told to nobody
    BOOST_TEST(differing() == 0U);
    reversed.insert(newer(5, 9), kTestNow);
    BOOST_TEST(differing() == 1U);
    view.insert(relays[5].descriptor(), kTestNow);
    BOOST_TEST(differing() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
