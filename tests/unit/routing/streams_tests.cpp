// Proves: a message that cannot leave ends its circuit instead of waiting for ever, and one that leaves
// slowly does not.
#include <boost/test/unit_test.hpp>

#include "routing/onion/streams.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::routing {
namespace {

// A circuit whose neighbour returns credit when it is told to.
struct Port final : CellPort {
    bool writable() const override { return room > 0; }
    void send_part(std::uint32_t, PartKind, std::uint8_t, ByteView) override {
        ++sent;
        if (room > 0) --room;
    }
    std::size_t part_capacity() const override { return 100; }
    void violated() override {
        closed = true;
        if (streams) streams->break_off(error(Code::unreachable, "the circuit ended"));
    }
    std::size_t room = 0, sent = 0;
    bool closed = false;
    Streams* streams = nullptr;
};

struct Fixture {
    sim::SimWorld world{3};
    sim::SimRuntime& runtime = world.start("one", Endpoint::v4(0x0a000001, 4000));
    Port port;
    Streams streams{runtime, port, Streams::Side::origin};
    TaskSet tasks{runtime};
    std::optional<Result<>> outcome;

    Fixture() { port.streams = &streams; }
    ~Fixture() {
        runtime.close();
        world.run_for(seconds(1));
    }
    Task<void> say(std::size_t bytes) {
        auto stream = streams.open();
        auto sent = co_await (*stream)->send(Bytes(bytes, 1), true);
        outcome = std::move(sent);
    }
};

BOOST_FIXTURE_TEST_SUITE(streams_that_wait, Fixture)

BOOST_AUTO_TEST_CASE(a_circuit_that_stands_still_is_closed) {
    port.room = 3;
    tasks.spawn(say(1000));
    world.run_for(StreamLimits{}.stall - seconds(1));
    BOOST_TEST(!outcome.has_value());
    BOOST_TEST(port.sent == 3u);
    world.run_for(seconds(2));
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->error().is(Code::unreachable));
    BOOST_TEST(port.closed);
}

BOOST_AUTO_TEST_CASE(a_circuit_that_is_slow_is_not) {
    tasks.spawn(say(500));
    for (int i = 0; i < 5; ++i) {
        world.run_for(StreamLimits{}.stall - seconds(1));
        port.room = 1;
        streams.on_writable();
    }
    world.run_for(seconds(1));
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->has_value());
    BOOST_TEST(!port.closed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
