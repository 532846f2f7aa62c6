// What one circuit can make an exit do: no more than a client of ours ever asks for.
#include <boost/test/unit_test.hpp>

#include "node/client/exit_calls.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

using node::CircuitPtr;
using routing::Task;

ClusterOptions small_network() {
    ClusterOptions out;
    out.relays = 6;
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
    routing::Runtime& runtime() { return cluster.core(6).links().runtime(); }
    bool ended(Duration limit) {
        return world.run_until([this] { return tasks->count() == 0; }, limit);
    }
    Task<void> build() {
        auto built = co_await cluster.core(6).paths().build_client({}, runtime().now() + seconds(30));
        CHECK(built.has_value());
        circuit = *built;
    }
    Task<void> fetch(unsigned need) {
        auto got = co_await node::fetch_blocks(runtime(), circuit, segment, all_of_it(), need, seconds(20));
        got ? ++served : ++refused;
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
        auto stream = circuit->open_stream();
        auto message = node::encode(node::Kind::exit_store, request);
        auto sent = co_await (*stream)->send(std::move(message));
        CHECK(sent.has_value());
        const auto began = runtime().now();
        auto answer = co_await (*stream)->receive(began + minutes(3));
        CHECK(!answer);
        (runtime().now() - began < seconds(10) ? refused : given_up)++;
    }
    node::BlockMask all_of_it() const { return node::all_of(segment.profile.n); }

    SimWorld world;
    Cluster cluster;
    storage::SegmentRef segment;
    std::unique_ptr<routing::TaskSet> tasks;
    CircuitPtr circuit;
    int served = 0, refused = 0, given_up = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(exit_limits, Demanding)

// Proves: of twenty fetches on one circuit at once eight are served and the others refused; and then it
// serves again.
BOOST_AUTO_TEST_CASE(a_circuit_has_a_few_fetches_at_a_time) {
    for (int i = 0; i < 20; ++i) tasks->spawn(fetch(segment.profile.k));
    BOOST_TEST(ended(minutes(2)));
    BOOST_TEST(served == 8);
    BOOST_TEST(refused == 12);
    tasks->spawn(fetch(1));
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(served == 9);
}

// Proves: nobody makes an exit fetch more blocks of a segment than bring it back.
BOOST_AUTO_TEST_CASE(more_than_k_blocks_are_never_asked_for) {
    tasks->spawn(fetch(segment.profile.k + 1u));
    BOOST_TEST(ended(minutes(1)));
    BOOST_TEST(refused == 1);
}

// Proves: four stores are begun on one circuit, and each is given up 20 s after the last that was heard of
// it.
BOOST_AUTO_TEST_CASE(stores_that_bring_nothing_are_given_up) {
    for (int i = 0; i < 6; ++i) tasks->spawn(announce());
    BOOST_TEST(ended(seconds(40)));
    BOOST_TEST(refused == 2);
    BOOST_TEST(given_up == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
