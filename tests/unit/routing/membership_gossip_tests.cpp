// Proves that push-pull reconciliation makes 500 views equal in O(log n) rounds, also when descriptors are
// renewed meanwhile and when relays sign two descriptors at once; that every message keeps its limits; and
// that hostile messages are refused.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>

#include "routing/membership/reconcile.hpp"
#include "routing/rpc.hpp"
#include "tests/unit/routing/relay_fixture.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using namespace catacomb::tests;

namespace {

// Many views that exchange through encoded messages; what a signature proves is not looked at twice.
struct Town {
    crypto::SeededRng rng{3};
    std::map<Bytes, DescriptorPtr> decoded;
    std::vector<TestRelay> relays;
    std::vector<View> views;
    std::size_t largest_message = 0;

    explicit Town(std::uint32_t n) {
        for (std::uint32_t i = 0; i < n; ++i) {
            relays.emplace_back(rng, test_address(i));
            views.emplace_back(test_network());
            learn(views[i], relays[i].descriptor());
        }
        // All know the first and nobody else.
        for (auto& view : views) learn(view, relays[0].descriptor());
    }
    void learn(View& view, const DescriptorPtr& relay) {
        decoded[relay->encoded] = relay;
        view.insert(relay, kTestNow);
    }
    void take(View& view, const std::vector<Bytes>& encoded) {
        for (const auto& bytes : encoded) view.insert(decoded.at(bytes), kTestNow);
    }
    GossipAnswer ask(const GossipRequest& request, View& other) {
        const auto asked = encode_gossip_request(request);
        const auto received = decode_gossip_request(asked).value();
        const auto answered = encode_gossip_answer(gossip_answer(other, received));
        take(other, received.push);
        largest_message = std::max({largest_message, asked.size(), answered.size()});
        return decode_gossip_answer(answered, test_network().view_cap).value();
    }
    void exchange(View& mine, View& other) {
        std::set<EntryName> fetched;  // what is older than ours is not asked for twice
        const auto declined = [&](const EntryName& entry) { return fetched.contains(entry); };
        const auto answer = ask(gossip_opening(mine), other);
        for (bool push = true;; push = false) {
            const auto next = gossip_follow_up(mine, answer, push, declined);
            if (next.want.empty() && next.push.empty()) return;
            const auto more = ask(next, other);
            take(mine, more.descriptors);
            for (const auto& bytes : more.descriptors) fetched.insert(entry_name(decoded.at(bytes)->digest));
        }
    }
    // Everybody exchanges once with somebody it knows.
    void round() {
        std::map<NodeId, std::size_t> index;
        for (std::size_t i = 0; i < relays.size(); ++i)
            index[node_id(relays[i].key.public_key, relays[i].fields.proofs.founding)] = i;
        for (std::size_t i = 0; i < views.size(); ++i) {
            std::vector<std::size_t> partners;
            for (const auto& relay : views[i].all())
                if (index.at(relay->id) != i) partners.push_back(index.at(relay->id));
            if (!partners.empty()) exchange(views[i], views[rng.pick(partners)]);
        }
    }
    bool equal() const {
        for (const auto& view : views)
            for (std::size_t b = 0; b < kViewBuckets; ++b)
                if (view.bucket_digest(b) != views[0].bucket_digest(b)) return false;
        return true;
    }
    int rounds_until_equal() {
        int out = 0;
        for (; !equal() && out < 100; ++out) round();
        return out;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gossip)

BOOST_AUTO_TEST_CASE(views_become_equal_in_few_rounds) {
    Town town(500);
    const auto birth = town.rounds_until_equal();
    BOOST_TEST(town.views[499].size() == 500U);
    for (std::size_t i = 0; i < 20; ++i) {
        town.relays[i * 20].fields.incarnation = 2;
        town.learn(town.views[i * 20], town.relays[i * 20].descriptor());
    }
    const auto renewal = town.rounds_until_equal();
    BOOST_TEST_MESSAGE("500 views: " << birth << " rounds from birth, " << renewal
                                     << " after 20 renewals; largest message " << town.largest_message
                                     << " bytes");
    BOOST_TEST(birth <= std::log2(500));
    BOOST_TEST(renewal <= std::log2(500));
    BOOST_TEST(town.largest_message < kRpcMaxBody);
}

BOOST_AUTO_TEST_CASE(a_relay_that_signs_two_divides_nobody) {
    Town town(30);
    auto twin = TestRelay(town.relays[5].key.clone(), town.relays[5].fields);
    twin.fields.capacity_class = 9;
    for (std::size_t i = 0; i < 15; ++i) town.learn(town.views[i], twin.descriptor());
    for (std::size_t i = 15; i < 30; ++i) town.learn(town.views[i], town.relays[5].descriptor());
    BOOST_TEST(town.rounds_until_equal() < 12);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_waits) {
    Town town(2);
    for (std::uint32_t i = 0; i < 700; ++i) {
        TestRelay relay(town.rng, test_address(1000 + i));
        town.learn(town.views[0], relay.descriptor());
    }
    town.exchange(town.views[1], town.views[0]);  // pulls, in several messages
    BOOST_TEST(town.equal());
    View newcomer(test_network());
    int exchanges = 0;
    for (; newcomer.size() < town.views[0].size() && exchanges < 10; ++exchanges)
        town.exchange(town.views[0], newcomer);
    BOOST_TEST(exchanges == 2);  // pushes a message's worth each time
    BOOST_TEST(town.largest_message < kRpcMaxBody);
    BOOST_TEST(town.largest_message > kMaxGossipDescriptorBytes / 2);
}

BOOST_AUTO_TEST_CASE(the_declined_are_not_asked_for_again) {
    Town town(3);
    const auto answer = town.ask(gossip_opening(town.views[1]), town.views[2]);
    const auto unwanted = entry_name(town.relays[2].descriptor()->digest);
    const auto next =
        gossip_follow_up(town.views[1], answer, false, [&](const EntryName& e) { return e == unwanted; });
    BOOST_TEST(next.want.empty());
    BOOST_TEST(next.push.empty());  // a client pushes nothing
    const auto all = gossip_follow_up(town.views[1], answer, true, [](const EntryName&) { return false; });
    BOOST_TEST((all.want == std::vector{unwanted}));
    BOOST_TEST(all.push.size() == 1U);
}

BOOST_AUTO_TEST_CASE(hostile_messages_are_refused) {
    const auto request = [](const GossipRequest& r) {
        return decode_gossip_request(encode_gossip_request(r)).has_value();
    };
    const auto answer = [](const GossipAnswer& a) {
        return decode_gossip_answer(encode_gossip_answer(a), 100).has_value();
    };
    using Names = std::vector<EntryName>;
    BOOST_TEST(request({}));
    BOOST_TEST(request({Names(256), {}, {}, {}}));
    BOOST_TEST(!request({Names(255), {}, {}, {}}));
    BOOST_TEST(!request({Names(257), {}, {}, {}}));
    BOOST_TEST(!request({{}, Names(kMaxGossipWants + 1), {}, {}}));
    BOOST_TEST(!request({{}, {}, {Bytes(kMaxDescriptorSize + 1)}, {}}));
    BOOST_TEST(!request({{}, {}, std::vector<Bytes>(129, Bytes(kMaxDescriptorSize)), {}}));
    BOOST_TEST(!request({{}, {}, {}, {Bytes(kMaxConvictionSize + 1)}}));
    BOOST_TEST(!request({{}, {}, std::vector<Bytes>(128, Bytes(kMaxDescriptorSize)), {Bytes(1)}}));
    const Names fifty(50);
    BOOST_TEST(answer({{{3, fifty}, {255, fifty}}, {}, {}}));
    BOOST_TEST(!answer({{{3, fifty}, {256, fifty}}, {}, {}}));
    BOOST_TEST(!answer({{{3, fifty}, {3, fifty}}, {}, {}}));
    BOOST_TEST(!answer({{{3, fifty}, {4, fifty}, {5, Names(1)}}, {}, {}}));
    BOOST_TEST(!answer({{}, std::vector<Bytes>(129, Bytes(kMaxDescriptorSize)), {}}));
    BOOST_TEST(!answer({{}, std::vector<Bytes>(128, Bytes(kMaxDescriptorSize)), {Bytes(1)}}));
    crypto::SeededRng rng(9);
    for (int i = 0; i < 5000; ++i) {
        Bytes garbage(rng.below(300));
        rng.fill(garbage);
        if (const auto r = decode_gossip_request(garbage)) BOOST_REQUIRE(r->want.size() <= kMaxGossipWants);
        if (const auto a = decode_gossip_answer(garbage, 100))
            BOOST_REQUIRE(a->differing.size() <= kViewBuckets);
    }
}

// The longest answers: a full view of which every bucket differs, and descriptors to the limit of a message,
// the shortest that there are. None has both.
BOOST_AUTO_TEST_CASE(the_longest_answer_fits_into_one) {
    const std::size_t entries = NetworkParameters{}.view_cap;
    crypto::SeededRng rng(1);
    const auto relay = TestRelay(rng, test_address(1)).descriptor();
    GossipAnswer names, descriptors;
    for (std::size_t i = 0; i < kViewBuckets; ++i)
        names.differing.push_back({i, std::vector<EntryName>(entries / kViewBuckets)});
    const auto one = relay->encoded.size();
    for (std::size_t total = 0; total + one <= kMaxGossipDescriptorBytes; total += one)
        descriptors.descriptors.push_back(relay->encoded);
    View view(test_network());
    view.insert(relay, kTestNow);
    GossipRequest both{std::vector<EntryName>(kViewBuckets), {entry_name(relay->digest)}, {}, {}};
    BOOST_TEST(gossip_answer(view, both).descriptors.empty());
    const auto size = std::max(encode_gossip_answer(names).size(), encode_gossip_answer(descriptors).size());
    BOOST_TEST_MESSAGE(size << " bytes");
    BOOST_TEST(size <= kRpcMaxBody);
}

BOOST_AUTO_TEST_SUITE_END()
