// What one circuit can make an exit do: no more than a client of ours ever asks for; and what an exit does
// when relays stall, die, or its client goes.
#include <boost/test/unit_test.hpp>

#include "node/client/exit_calls.hpp"
#include "node/protocol/limits.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

using node::CircuitPtr;
using routing::Task;

constexpr std::size_t kRelays = 12;

ClusterOptions small_network() {
    ClusterOptions out;
    out.relays = kRelays;
    out.clients = 1;
    return out;
}

// A client with one circuit, and a segment that is there to be fetched.
struct Demanding {
    Demanding() : world(testing::seeds(1).front()), cluster(world, small_network()) {
        BOOST_REQUIRE(cluster.settle(minutes(2)));
        Bytes file(1'000'000);
        world.rng().fill(file);
        const auto report = cluster.insert(0, file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
        segment = storage::ReadKey::decode(report->key).value().top;
        tasks = std::make_unique<routing::TaskSet>(runtime());
        tasks->spawn(build());
        BOOST_REQUIRE(ended(minutes(1)));
    }
    node::NodeCore& client() { return cluster.core(kRelays); }
    routing::Runtime& runtime() { return client().links().runtime(); }
    bool ended(Duration limit) {
        return world.run_until([this] { return tasks->count() == 0; }, limit);
    }
    Task<void> build() {
        auto built = co_await client().paths().build_client({}, runtime().now() + seconds(30));
        CHECK(built.has_value());
        circuit = *built;
    }
    Task<void> fetch(unsigned need) {
        const auto began = runtime().now();
        auto got = co_await node::fetch_blocks(runtime(), circuit, segment, all_of_it(), need, seconds(20));
        if (got) ++served;
        if (!got && got.error().is(Code::busy)) ++refused;
        if (got) blocks += got->blocks.size();
        took = std::max(took, runtime().now() - began);
    }
    Task<void> ask_have() {
        const auto began = runtime().now();
        auto had = co_await node::ask_have(runtime(), circuit, segment, node::limits::kHaveJob);
        if (had) have = had->have;
        if (!had && had.error().is(Code::busy)) ++refused;
        took = std::max(took, runtime().now() - began);
    }
    // The answer to a message of a kind that nobody knows.
    Task<void> ask_nonsense() {
        auto stream = circuit->open_stream();
        auto message = node::encode(static_cast<node::Kind>(99), wire::ExitHave());
        auto sent = co_await (*stream)->send(std::move(message), true);
        CHECK(sent.has_value());
        auto answer = co_await (*stream)->receive(runtime().now() + seconds(10));
        if (answer) said = *answer;
    }
    // Announces a segment and never sends it.
    Task<void> announce() {
        const auto& profile = segment.profile;
        wire::ExitStore request;
        request.set_root(std::string(32, 'r'));
        request.set_k(profile.k);
        request.set_n(profile.n);
        request.set_block_class(static_cast<std::uint32_t>(profile.block_class));
        request.set_commitment(std::string(32, 'c'));
        request.set_shares(std::string(profile.n * crypto::kShareSize, 's'));
        request.set_limit_ms(120'000);
        request.set_want(all_of_it());
        request.set_nonce_seed(std::string(32, 'n'));
        auto stream = circuit->open_stream();
        auto message = node::encode(node::Kind::exit_store, request);
        auto sent = co_await (*stream)->send(std::move(message));
        CHECK(sent.has_value());
        const auto began = runtime().now();
        auto answer = co_await (*stream)->receive(began + minutes(3));
        const auto heard = answer ? node::split_answer(std::move(*answer)) : answer.error();
        CHECK(!heard);
        (heard.error().is(Code::busy) ? refused : given_up)++;
        took = std::max(took, runtime().now() - began);
    }
    // What exits count as held, all of them together.
    std::size_t held() {
        std::size_t out = 0;
        for (std::size_t i = 0; i < kRelays; ++i)
            if (cluster.is_up(i)) out += cluster.core(i).exit()->held();
        return out;
    }
    // A relay that is none of the circuit's.
    std::size_t bystander() {
        for (std::size_t i = 0; i < kRelays; ++i) {
            const auto is_it = [&](const auto& relay) {
                return relay->addresses.front() == cluster.address(i);
            };
            const auto& path = circuit->path();
            if (std::none_of(path.begin(), path.end(), is_it)) return i;
        }
        BOOST_FAIL("every relay is in the circuit");
        return 0;
    }
    // Nothing reaches it for so long; it is there all the same.
    void deafen(std::size_t node, Duration length) {
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            if (i == node) continue;
            world.network().clog(cluster.address(i).address, cluster.address(node).address, length);
        }
    }
    node::BlockMask all_of_it() const { return node::all_of(segment.profile.n); }

    SimWorld world;
    Cluster cluster;
    storage::SegmentRef segment;
    std::unique_ptr<routing::TaskSet> tasks;
    CircuitPtr circuit;
    int served = 0, refused = 0, given_up = 0;
    std::size_t blocks = 0;
    node::BlockMask have = 0;
    Bytes said;
    Duration took{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(exit_limits, Demanding)

// Proves: of twenty fetches on one circuit at once 16 are served, and the others are told that it is too
// much; and then it serves again.
BOOST_AUTO_TEST_CASE(a_circuit_has_a_few_fetches_at_a_time) {
    for (int i = 0; i < 20; ++i) tasks->spawn(fetch(segment.profile.k));
    BOOST_TEST(ended(minutes(2)));
    BOOST_TEST(served == 16);
    BOOST_TEST(refused == 4);
    tasks->spawn(fetch(1));
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(served == 17);
    BOOST_TEST(held() == 0u);
}

// Proves: of twenty haves 16; they have had no bound.
BOOST_AUTO_TEST_CASE(a_circuit_has_a_few_haves_at_a_time) {
    for (int i = 0; i < 20; ++i) tasks->spawn(ask_have());
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(refused == 4);
    BOOST_TEST(have == all_of_it());
}

// Proves: nobody makes an exit fetch more blocks of a segment than bring it back.
BOOST_AUTO_TEST_CASE(more_than_k_blocks_are_never_asked_for) {
    tasks->spawn(fetch(segment.profile.k + 1u));
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(served == 0);
    BOOST_TEST((took < seconds(10)));
}

// Proves: four stores are begun on one circuit, and each is given up 30 s after the last that was heard of
// it.
BOOST_AUTO_TEST_CASE(stores_that_bring_nothing_are_given_up) {
    for (int i = 0; i < 10; ++i) tasks->spawn(announce());
    BOOST_TEST(ended(seconds(40)));
    BOOST_TEST(refused == 6);
    BOOST_TEST(given_up == 4);
    BOOST_TEST(held() == 0u);
}

// Proves: what a client that goes in the middle had an exit hold is free at once.
BOOST_AUTO_TEST_CASE(a_client_that_goes_leaves_nothing) {
    for (int i = 0; i < 4; ++i) tasks->spawn(announce());
    for (int i = 0; i < 4; ++i) tasks->spawn(fetch(segment.profile.k));
    BOOST_REQUIRE(world.run_until(
        [this] { return held() >= 4 * 2 * segment.profile.n * segment.profile.block(); }, seconds(5)));
    circuit->close();
    BOOST_TEST(world.run_until([this] { return held() == 0; }, seconds(5)));
    BOOST_TEST(ended(seconds(5)));
}

// Proves: a message of a kind that is not known is answered so, and the circuit goes on.
BOOST_AUTO_TEST_CASE(an_unknown_kind_ends_nothing) {
    tasks->spawn(ask_nonsense());
    BOOST_REQUIRE(ended(seconds(20)));
    BOOST_TEST((said == Bytes{99, static_cast<std::uint8_t>(node::Kind::unsupported)}));
    tasks->spawn(fetch(segment.profile.k));
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(served == 1);
}

// Proves: relays are asked side by side what they have, and one that stalls holds nothing up: one after the
// other they took a round trip each, and a stalling one twelve seconds at every turn.
BOOST_AUTO_TEST_CASE(a_have_takes_a_round_trip) {
    tasks->spawn(ask_have());
    BOOST_REQUIRE(ended(minutes(1)));
    BOOST_TEST(have == all_of_it());
    const auto alone = std::exchange(took, {});
    BOOST_TEST_MESSAGE("a have takes " << alone.count() / 1000 << " ms");
    deafen(bystander(), seconds(30));
    have = 0;
    tasks->spawn(ask_have());
    BOOST_REQUIRE(ended(minutes(1)));
    BOOST_TEST(have == all_of_it());
    BOOST_TEST_MESSAGE("and " << took.count() / 1000 << " ms beside a relay that stalls");
    BOOST_TEST((took < alone + node::limits::kHaveSilence));
}

// Proves: neither a relay that stalls nor one that is dead keeps a fetch from its blocks: it ends well before
// a client's patience with one exit does.
BOOST_AUTO_TEST_CASE(a_fetch_goes_around_a_relay_that_is_away) {
    for (const bool dead : {false, true}) {
        const auto away = bystander();
        if (dead) {
            cluster.crash(away);
        } else {
            deafen(away, seconds(40));
        }
        took = {};
        blocks = 0;
        tasks->spawn(fetch(segment.profile.k));
        BOOST_REQUIRE(ended(minutes(1)));
        BOOST_TEST(blocks == segment.profile.k);
        BOOST_TEST((took < node::limits::kFetchJob));
        BOOST_TEST_MESSAGE((dead ? "dead: " : "stalling: ") << took.count() / 1000 << " ms");
        world.run_for(seconds(40));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
