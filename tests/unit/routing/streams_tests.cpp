// Proves: a message that cannot leave ends its circuit instead of waiting for ever, and one that leaves
// slowly does not, but for a message that has a deadline; streams that were opened side by side are all
// heard, whichever speaks first, and of long messages a few are sent at once.
#include <boost/test/unit_test.hpp>

#include "routing/onion/streams.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::routing {
namespace {

// A circuit whose neighbour returns credit when it is told to.
struct Port final : CellPort {
    bool writable() const override { return room > 0; }
    void send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) override {
        ++sent;
        if (flags & kPartReset) ++resets;
        if (flags & kPartFirst) ++begun;
        if (flags & kPartLast) ++ended;
        if (other_end) other_end->on_part({stream, kind, flags, data});
        if (room > 0) --room;
    }
    std::size_t part_capacity() const override { return 100; }
    void end_circuit() override {
        closed = true;
        if (streams) streams->break_off(error(Code::unreachable, "the circuit ended"));
    }
    std::size_t room = 0, sent = 0, resets = 0, begun = 0, ended = 0;
    bool closed = false;
    Streams* streams = nullptr;
    Streams* other_end = nullptr;
};

constexpr Duration kForever = hours(1);

struct Fixture {
    sim::SimWorld world{3};
    sim::SimRuntime& runtime = world.start("one", Endpoint::v4(0x0a000001, 4000));
    Port port;
    Holdings holdings{1 << 20, [] {}};
    Streams streams{runtime, port, Streams::Side::origin, holdings};
    TaskSet tasks{runtime};
    std::optional<Result<>> outcome;

    Fixture() { port.streams = &streams; }
    ~Fixture() {
        runtime.close();
        world.run_for(seconds(1));
    }
    Task<void> say_on(CircuitStreamPtr stream) { co_await stream->send(Bytes(10, 1), true); }
    Task<void> say_until(CircuitStreamPtr stream, std::size_t bytes, Duration limit) {
        auto sent = co_await stream->send(Bytes(bytes, 1), true, runtime.now() + limit);
        outcome = std::move(sent);
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

BOOST_AUTO_TEST_CASE(a_message_that_leaves_too_slowly_is_given_up_and_its_circuit_is_not) {
    auto stream = *streams.open();
    tasks.spawn(say_until(stream, 1000, seconds(20)));
    for (int i = 0; i < 19; ++i) {
        port.room = i % 10 == 0 ? 1 : 0;
        streams.on_writable();
        world.run_for(seconds(1));
    }
    BOOST_TEST(!outcome.has_value());
    world.run_for(seconds(2));
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->error().is(Code::timed_out));
    BOOST_TEST(!port.closed);
    BOOST_TEST(port.resets == 1u);
    BOOST_TEST(stream->is_broken());
    outcome.reset();
    port.room = 100;
    tasks.spawn(say_until(stream, 10, seconds(20)));
    world.run_for(seconds(1));
    BOOST_TEST(outcome->error().is(Code::timed_out));
    stream.reset();
    BOOST_TEST(port.resets == 1u);
}

// Whoever waits behind others is not what the circuit is judged by.
BOOST_AUTO_TEST_CASE(a_message_that_waits_for_its_turn_closes_no_circuit_that_moves) {
    tasks.spawn(say_until(*streams.open(), 400, kForever));
    world.run_for(milliseconds(1));
    tasks.spawn(say_until(*streams.open(), 400, kForever));
    for (int i = 0; i < 8; ++i) {
        world.run_for(StreamLimits{}.stall - seconds(5));
        BOOST_TEST_REQUIRE(!port.closed);
        port.room = 1;
        streams.on_writable();
    }
    world.run_for(seconds(1));
    BOOST_TEST(port.ended == 2u);
}

BOOST_AUTO_TEST_CASE(a_short_message_overtakes_a_long_one) {
    tasks.spawn(say_until(*streams.open(), StreamLimits{}.long_message, kForever));
    world.run_for(milliseconds(1));
    tasks.spawn(say_until(*streams.open(), 250, kForever));
    for (int i = 0; i < 3; ++i) {
        port.room = 1;
        streams.on_writable();
        world.run_for(milliseconds(1));
    }
    BOOST_TEST(port.ended == 1u);
    // And then the long one goes on by itself.
    tasks.spawn(say_until(*streams.open(), 100, kForever));
    world.run_for(milliseconds(1));
    port.room = 5;
    streams.on_writable();
    world.run_for(milliseconds(1));
    BOOST_TEST(port.ended == 2u);
    BOOST_TEST(port.room == 0u);
}

// What was begun and not ended lies at the other end, and counts there.
BOOST_AUTO_TEST_CASE(of_long_messages_a_few_are_sent_at_once_and_short_ones_do_not_wait) {
    const auto size = StreamLimits{}.long_message;
    const auto most = StreamLimits{}.long_under_way / size;
    std::vector<CircuitStreamPtr> opened;
    for (std::size_t i = 0; i < 3 * most; ++i) opened.push_back(*streams.open());
    for (const auto& stream : opened) {
        port.room = 1;
        tasks.spawn(say_until(stream, size, minutes(5)));
        world.run_for(milliseconds(1));
    }
    BOOST_TEST(port.begun == most);
    port.room = 1;
    tasks.spawn(say_on(*streams.open()));
    world.run_for(milliseconds(1));
    BOOST_TEST(port.ended == 1u);
    for (int i = 0; i < 40; ++i) {
        port.room = most * size / 1000;
        streams.on_writable();
        world.run_for(milliseconds(100));
        BOOST_TEST(port.begun - port.ended <= most);
    }
    port.room = 1'000'000;
    streams.on_writable();
    world.run_for(seconds(1));
    BOOST_TEST(port.ended == 3 * most + 1);
    BOOST_TEST(tasks.count() == 0u);
}

// What waits for room is woken in no certain order.
BOOST_AUTO_TEST_CASE(of_streams_opened_side_by_side_any_may_speak_first) {
    Port hop_port;
    Streams hop{runtime, hop_port, Streams::Side::hop, holdings};
    std::vector<CircuitStreamPtr> heard;
    hop.on_opened([&](CircuitStreamPtr stream) { heard.push_back(std::move(stream)); });
    hop_port.streams = &hop;
    port.other_end = &hop;
    port.room = 100;

    std::vector<CircuitStreamPtr> opened;
    for (int i = 0; i < 3; ++i) opened.push_back(*streams.open());
    for (const std::size_t i : {2, 0, 1}) {
        tasks.spawn(say_on(opened[i]));
        world.run_for(milliseconds(1));
    }
    BOOST_TEST(heard.size() == 3u);
    BOOST_TEST(port.sent == 3u);

    // One that said nothing is unknown to the other end, and leaves nothing behind.
    opened.clear();
    const auto before = port.sent;
    { const auto silent = streams.open(); }
    BOOST_TEST(port.sent == before);
    for (std::size_t i = 0; i < 2 * StreamLimits{}.open_streams; ++i)
        BOOST_TEST_REQUIRE(streams.open().has_value());
    heard.clear();
}

BOOST_AUTO_TEST_CASE(streams_that_said_nothing_count_and_end_with_their_circuit) {
    std::vector<CircuitStreamPtr> opened;
    for (std::size_t i = 0; i < StreamLimits{}.open_streams; ++i) opened.push_back(*streams.open());
    BOOST_TEST(streams.open().error().is(Code::limit));
    streams.break_off(error(Code::unreachable, "the circuit ended"));
    for (const auto& stream : opened) BOOST_TEST(stream->is_broken());
}

// A hop at which somebody says `parts` messages on streams of his own, and nobody listens.
struct Deaf : Fixture {
    Port hop_port;
    Streams hop{runtime, hop_port, Streams::Side::hop, holdings};
    std::vector<CircuitStreamPtr> kept;

    Deaf() {
        hop_port.streams = &hop;
        hop.on_opened([this](CircuitStreamPtr stream) { kept.push_back(std::move(stream)); });
    }
    Task<void> take(std::size_t& taken) {
        auto message = co_await kept[0]->receive(runtime.now());
        if (message) taken = message->size();
    }
    // Until the circuit is ended. Returns how often.
    std::size_t say(const std::function<PartView(std::uint32_t)>& part) {
        std::uint32_t said = 0;
        std::size_t most = 0;
        for (; !hop_port.closed && said < 200'000; ++said) {
            hop.on_part(part(said));
            most = std::max(most, holdings.held());
        }
        BOOST_TEST(hop_port.closed);
        BOOST_TEST(most <= StreamLimits{}.unread_bytes + 4000);
        BOOST_TEST(most > StreamLimits{}.unread_bytes - 4000);
        BOOST_TEST(holdings.held() == 0u);
        return said;
    }
};

BOOST_FIXTURE_TEST_CASE(messages_that_nobody_takes_are_counted, Deaf) {
    const Bytes data(1000);
    const auto said = say([&](std::uint32_t) {
        return PartView{1, PartKind::message, kPartFirst | kPartLast, data};
    });
    BOOST_TEST(said == 1 + StreamLimits{}.unread_bytes / (1000 + StreamLimits{}.message_cost));
}

BOOST_FIXTURE_TEST_CASE(empty_messages_are_counted, Deaf) {
    const auto said = say([](std::uint32_t) {
        return PartView{1, PartKind::message, kPartFirst | kPartLast, {}};
    });
    BOOST_TEST(said == 1 + StreamLimits{}.unread_bytes / StreamLimits{}.message_cost);
}

BOOST_FIXTURE_TEST_CASE(messages_that_never_end_are_counted, Deaf) {
    const Bytes data(1000);
    say([&](std::uint32_t number) {
        const std::uint8_t flags = number < 100 ? kPartFirst : 0;
        return PartView{1 + 2 * (number % 100), PartKind::message, flags, data};
    });
}

BOOST_FIXTURE_TEST_CASE(what_is_taken_is_not_counted, Deaf) {
    const Bytes data(1000);
    for (int i = 0; i < 3; ++i) hop.on_part({1, PartKind::message, kPartFirst | kPartLast, data});
    BOOST_TEST(holdings.held() == 3 * (1000 + StreamLimits{}.message_cost));
    std::size_t taken = 0;
    tasks.spawn(take(taken));
    world.run_for(seconds(1));
    BOOST_TEST(taken == 1000u);
    BOOST_TEST(holdings.held() == 2 * (1000 + StreamLimits{}.message_cost));
    kept.clear();
    BOOST_TEST(holdings.held() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
