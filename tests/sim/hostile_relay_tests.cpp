// Relays that break the protocol of circuits: their neighbours refuse, end the circuit, and live.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "routing/onion/circuits.hpp"
#include "routing/onion/origin_circuit.hpp"
#include "tests/support/seeds.hpp"
#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/cluster.hpp"
#include "tools/sim/stranger.hpp"

namespace catacomb::sim {
namespace {

using routing::FrameKind;
using routing::FrameView;
using routing::Link;

// A relay by its descriptor only: it answers what comes as it is told to.
class Hostile final : private routing::FrameHandler {
public:
    using Answer = std::function<void(Link& link, std::uint32_t channel)>;

    Hostile(Cluster& cluster, const Endpoint& at, Answer on_create)
        : runtime_(cluster.world().start("hostile", at)),
          rng_(runtime_.rng().split("hostile")),
          relay_(*rng_, at, runtime_.now(), cluster.network()),
          on_create_(std::move(on_create)),
          links_(runtime_, proofs_, config(cluster)) {
        links_.set_circuit_handler(this);
        CHECK(links_.listen(at).has_value());
    }
    void leave() {
        runtime_.close();
        links_.close_all();
    }
    const routing::DescriptorPtr& descriptor() const { return descriptor_; }

private:
    routing::LinksConfig config(Cluster& cluster) {
        auto key = crypto::AgreeKeyPair::generate(*rng_);
        relay_.fields.link_key = key.public_key;
        descriptor_ = relay_.sign(cluster.network()).value();
        return {cluster.network(), std::move(key), [this] { return descriptor_->encoded; }, {}};
    }
    void on_frame(Link& link, const FrameView& frame, MutableBytes) override {
        if (frame.kind == FrameKind::create) on_create_(link, frame.channel);
    }
    void on_link_closed(Link&) override {}

    SimRuntime& runtime_;
    std::unique_ptr<Rng> rng_;
    tests::TestRelay relay_;
    routing::DescriptorPtr descriptor_;
    Answer on_create_;
    routing::ProofChecker proofs_{runtime_};
    routing::Links links_;
};

// A client that builds circuits over whatever path it is given.
struct Caller : Stranger {
    Caller(Cluster& cluster, const Endpoint& at, routing::LinkLimits limits = {})
        : Stranger(cluster, at, limits), circuits(runtime, links, std::nullopt) {}

    routing::Task<void> build(std::vector<routing::DescriptorPtr> path) {
        auto built = co_await circuits.build(std::move(path), runtime.now() + seconds(30));
        outcome = built ? Result<>(ok()) : Result<>(built.error());
    }
    void leave() {
        circuits.close_all();
        Stranger::leave();
    }

    routing::Circuits circuits;
    std::optional<Result<>> outcome;
};

struct Town {
    explicit Town(Hostile::Answer on_create)
        : world(testing::seeds(1).front()),
          cluster(world, options()),
          hostile(cluster, Endpoint::v4(0x0b000001, 4000), std::move(on_create)),
          caller(cluster, Endpoint::v4(0x0c000001, 0)) {
        BOOST_REQUIRE(cluster.settle(minutes(2)));
        destroyed_before = victim().circuits().counters.destroyed;
    }
    ~Town() {
        caller.leave();
        hostile.leave();
        world.run_for(seconds(1));
    }
    static ClusterOptions options() {
        ClusterOptions out;
        out.relays = 5;
        out.vault_on_relays = false;  // no cells but ours
        return out;
    }
    node::NodeCore& victim() { return cluster.core(0); }
    // A circuit whose end is the victim is extended to the hostile relay.
    void extend_to_hostile() {
        auto& view = cluster.core(1).view();
        std::vector<routing::DescriptorPtr> path;
        for (const auto& relay : view.all()) {
            if (relay->addresses.front() == cluster.address(0)) path.push_back(relay);
        }
        BOOST_REQUIRE_EQUAL(path.size(), 1u);
        path.push_back(hostile.descriptor());
        caller.tasks.spawn(caller.build(std::move(path)));
    }
    bool over() {
        return world.run_until([&] { return caller.outcome.has_value(); }, seconds(5));
    }
    // The circuit has ended at both ends, and the victim is there to tell.
    void nothing_is_left() {
        BOOST_TEST(caller.outcome.has_value());
        BOOST_TEST(!caller.outcome.value_or(ok()).has_value());
        BOOST_TEST(caller.circuits.own() == 0u);
        const auto& counters = victim().circuits().counters;
        BOOST_TEST(world.run_until([&] { return counters.destroyed > destroyed_before; }, seconds(5)));
    }

    SimWorld world;
    Cluster cluster;
    Hostile hostile;
    Caller caller;
    std::uint64_t destroyed_before = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_relays)

// Proves: a CREATED of any length but the right one ends the circuit, and not the relay that was to pass it
// on.
BOOST_AUTO_TEST_CASE(a_created_of_a_wrong_length_ends_the_circuit) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{47}, std::size_t{49}, std::size_t{4049}, routing::kFramePayload}) {
        Town town([size](Link& link, std::uint32_t channel) {
            link.send_control(FrameKind::created, channel, 0, Bytes(size, 7));
        });
        town.extend_to_hostile();
        BOOST_TEST(town.over(), "length " << size);
        town.nothing_is_left();
    }
}

// Proves: cells that come before the CREATED are not passed on: they would outlive their channel.
BOOST_AUTO_TEST_CASE(cells_before_the_created_end_the_circuit) {
    constexpr std::size_t kCells = 60;  // a window, nearly
    Town town([](Link& link, std::uint32_t channel) {
        for (std::size_t i = 0; i < kCells; ++i)
            link.send_control(FrameKind::cell_backward, channel, 0, Bytes(routing::kFramePayload, 7));
    });
    const auto& counters = town.victim().circuits().counters;
    const auto relayed = counters.cells_relayed;
    town.extend_to_hostile();
    BOOST_TEST(town.over());
    BOOST_TEST(counters.cells_relayed < relayed + kCells);  // the others build circuits, too
    town.nothing_is_left();
}

// Proves: when the numbers of a link's circuits are used up, those that there are live on and others get
// another link: by extending circuits strangers can use up those of a relay's links, too.
BOOST_AUTO_TEST_CASE(a_link_whose_numbers_are_used_up_is_replaced) {
    SimWorld world(testing::seeds(1).front());
    auto options = Town::options();
    options.adjust = [](std::size_t, node::NodeOptions& node) { node.link_limits.channels = 4; };
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    routing::LinkLimits limits;
    limits.channels = 4;
    Caller caller(cluster, Endpoint::v4(0x0c000001, 0), limits);
    const auto all = cluster.core(1).view().all();
    for (std::size_t built = 1; built <= 10; ++built) {
        caller.outcome.reset();
        caller.tasks.spawn(caller.build({all[0], all[1]}));
        BOOST_REQUIRE(world.run_until([&] { return caller.outcome.has_value(); }, seconds(30)));
        BOOST_REQUIRE_MESSAGE(caller.outcome->has_value(), caller.outcome->error().text());
        BOOST_TEST(caller.circuits.own() == built);
        BOOST_TEST(caller.links.count() == (built + 3) / 4);
    }
    caller.leave();
    world.run_for(seconds(1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
