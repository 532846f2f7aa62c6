// Proves: one seed is one run, in every build; the simulated streams keep TCP's promises under pieces, loss
// and stalls; partitions, clogs, crashes and restarts do what they say; nobody's buffers grow without bound.
#include "tools/sim/world.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>

#include "tests/sim/chatter.hpp"
#include "tests/support/conversation.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using sim::Conditions;
using sim::SimRuntime;
using sim::SimWorld;

namespace {

Endpoint address(unsigned i) { return Endpoint::v4(0x0a000001 + i, 4000); }

Conditions rough() {
    Conditions conditions;
    conditions.piece_max = 3000;
    conditions.loss = 0.02;
    conditions.breaks = 0.002;
    conditions.bytes_per_second = 1 << 20;
    return conditions;
}

struct Village {
    static constexpr unsigned kNodes = 8;
    SimWorld world;
    std::vector<std::unique_ptr<testing::Chatter>> nodes;
    std::vector<std::unique_ptr<testing::Chatter>> fallen;

    explicit Village(std::uint64_t seed, Conditions conditions = rough()) : world(seed, conditions) {
        nodes.resize(kNodes);
        for (unsigned i = 0; i < kNodes; ++i) start(i);
    }
    ~Village() { world.close(); }
    void start(unsigned i) {
        std::vector<Endpoint> everyone;
        for (unsigned each = 0; each < kNodes; ++each) everyone.push_back(address(each));
        auto& runtime = world.start("chatter-" + std::to_string(i), address(i));
        nodes[i] = std::make_unique<testing::Chatter>(runtime, everyone, address(i), milliseconds(500));
    }
    SimRuntime& runtime(unsigned i) { return *world.hosts().at(address(i).address); }
    std::uint64_t answers() const {
        std::uint64_t sum = 0;
        for (const auto& node : nodes) sum += node->answers();
        return sum;
    }
    // A minute with a partition, a clog, a crash and a restart in it.
    std::string eventful_minute() {
        world.run_for(seconds(10));
        world.network().partition({address(0).address, address(1).address},
                                  {address(2).address, address(3).address});
        world.run_for(seconds(10));
        world.crash(runtime(4));
        fallen.push_back(std::move(nodes[4]));
        world.network().clog(address(5).address, address(6).address, seconds(4));
        world.run_for(seconds(10));
        world.network().heal();
        start(4);
        world.run_for(seconds(30));
        return world.trace_hash().hex();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(simulated_world)

BOOST_AUTO_TEST_CASE(one_seed_is_one_run_in_every_build) {
    Village village(1), again(1), other(2);
    const auto hash = village.eventful_minute();
    BOOST_TEST_MESSAGE("seed 1: " << hash << ", " << village.world.events() << " events");
    BOOST_TEST(village.answers() > 100U);
    BOOST_TEST(village.fallen[0]->tasks() == 0U);
    BOOST_TEST(again.eventful_minute() == hash);
    BOOST_TEST(other.eventful_minute() != hash);
    // Changes with the simulated world and with this test, with nothing else: not with compiler or options.
    BOOST_TEST(hash == "f76ea79d27e3aafc6ddcfadd19cd66918068b4e9ac5c28ec93b631dcb8564a4e");
}

Task<void> converse(Runtime& at_server, Runtime& at_client, unsigned rounds,
                    std::optional<Result<crypto::Digest>>& heard) {
    testing::EchoServer server(at_server);
    const auto at = server.listen(address(0));
    const auto deadline = at_client.now() + minutes(30);
    heard = co_await testing::talk(at_client, at.value(), rounds, deadline);
    co_await server.close();
}

struct TwoNodes {
    SimWorld world{5};
    SimRuntime& server = world.start("server", address(0));
    SimRuntime& client = world.start("client", address(1));
    TaskSet tasks{client};
    std::optional<Result<crypto::Digest>> heard;

    ~TwoNodes() { world.close(); }
    Result<crypto::Digest> talk(unsigned rounds) {
        tasks.spawn(converse(server, client, rounds, heard));
        BOOST_REQUIRE(world.run_until([&] { return heard.has_value(); }, minutes(31)));
        return *heard;
    }
};

BOOST_FIXTURE_TEST_CASE(the_conversation_ends_as_over_sockets, TwoNodes) {
    BOOST_TEST(talk(10).value().hex() == testing::expected_talk(10).hex());
}

BOOST_FIXTURE_TEST_CASE(bytes_survive_pieces_loss_and_a_narrow_line, TwoNodes) {
    auto& conditions = world.network().conditions;
    conditions.piece_max = 700;
    conditions.loss = 0.01;
    conditions.bytes_per_second = 1 << 20;
    conditions.in_flight_max = 9000;
    BOOST_TEST(talk(8).value().hex() == testing::expected_talk(8).hex());
}

BOOST_FIXTURE_TEST_CASE(bytes_survive_one_at_a_time, TwoNodes) {
    world.network().conditions.piece_max = 1;
    BOOST_TEST(talk(5).value().hex() == testing::expected_talk(5).hex());
}

BOOST_FIXTURE_TEST_CASE(a_broken_stream_ends_in_an_honest_error, TwoNodes) {
    world.network().conditions.breaks = 1;
    BOOST_TEST(talk(10).error().is(Code::unreachable));
}

// A stream from client to server, without any task.
struct Pair : TwoNodes {
    StreamPtr dialled, accepted;
    ListenerPtr listener;

    Pair() {
        listener = server.listen(address(0), [this](StreamPtr s) { accepted = std::move(s); }).value();
        client.connect(address(0), [this](Result<StreamPtr> s) { dialled = std::move(s.value()); });
        BOOST_REQUIRE(world.run_until([this] { return dialled && accepted; }, seconds(1)));
    }
    Code read(Stream& stream) {
        ByteArray<64> into;
        const auto got = stream.read_some(into);
        BOOST_REQUIRE(!got);
        return got.error().code;
    }
    Duration latency() { return world.network().path(client.address(), server.address()).latency; }
};

BOOST_FIXTURE_TEST_CASE(a_writer_faster_than_its_reader_is_told_busy, Pair) {
    const Bytes chunk(100'000);
    const auto most = world.network().conditions.in_flight_max;
    std::size_t written = 0, read = 0;
    bool writable = false;
    const auto write_until_busy = [&] {
        for (;;) {
            const auto taken = dialled->write_some(chunk);
            if (!taken) break;
            written += *taken;
        }
        writable = false;
        dialled->when_writable([&] { writable = true; });
    };
    write_until_busy();
    BOOST_TEST(written == most);
    world.run_for(seconds(2));
    BOOST_TEST(!writable);  // arrived is not read
    BOOST_TEST((dialled->write_some(chunk).error().code == Code::busy));
    for (int round = 0; round < 50; ++round) {
        Bytes into(30'000);
        read += accepted->read_some(into).value();
        BOOST_REQUIRE(world.run_until([&] { return writable; }, seconds(1)));
        write_until_busy();
        BOOST_TEST(written - read <= most);
        world.run_for(seconds(1));
    }
    BOOST_TEST(world.network().path(client.address(), server.address()).bytes == written);
}

BOOST_FIXTURE_TEST_CASE(bytes_take_the_paths_time, Pair) {
    const auto sent_at = world.now();
    dialled->write_some(view("x")).value();
    bool readable = false;
    accepted->when_readable([&] { readable = true; });
    BOOST_TEST(world.run_until([&] { return readable; }, seconds(1)));
    const auto took = world.now() - sent_at;
    BOOST_CHECK(took >= latency());
    BOOST_CHECK(took <= latency() + world.network().conditions.jitter);
}

BOOST_FIXTURE_TEST_CASE(an_end_arrives_after_what_was_written, Pair) {
    dialled->write_some(view("last words")).value();
    dialled.reset();
    world.run_for(seconds(1));
    ByteArray<64> into;
    BOOST_TEST(accepted->read_some(into).value() == 10U);
    BOOST_TEST((read(*accepted) == Code::closed));
    BOOST_TEST((accepted->write_some(view("?")).error().code == Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(callbacks_end_with_their_stream, Pair) {
    bool called = false, woken = false;
    accepted->when_readable([&] { called = true; });
    dialled->write_some(view("x")).value();
    accepted.reset();
    dialled->when_readable([&] { woken = true; });
    dialled->close();
    BOOST_TEST(!woken);
    world.run_for(seconds(1));
    BOOST_TEST(!called);
    BOOST_TEST(woken);
    BOOST_TEST((read(*dialled) == Code::closed));
}

BOOST_FIXTURE_TEST_CASE(a_partition_stalls_and_healing_delivers, Pair) {
    world.network().partition({client.address()}, {server.address()});
    dialled->write_some(view("x")).value();
    world.run_for(seconds(20));
    BOOST_TEST((read(*accepted) == Code::busy));
    world.network().heal();
    world.run_for(seconds(1));
    ByteArray<1> into;
    BOOST_TEST(accepted->read_some(into).value() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_long_partition_breaks_streams_that_have_something_to_say, Pair) {
    world.network().partition({client.address()}, {server.address()});
    world.run_for(minutes(10));
    BOOST_TEST((read(*dialled) == Code::busy));  // idle streams do not notice
    dialled->write_some(view("x")).value();
    world.run_for(sim::kStreamGivesUp + seconds(1));
    BOOST_TEST((read(*dialled) == Code::unreachable));
    BOOST_TEST((read(*accepted) == Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(a_clog_delays_one_direction, Pair) {
    world.network().clog(client.address(), server.address(), seconds(10));
    dialled->write_some(view("there")).value();
    accepted->write_some(view("back")).value();
    world.run_for(seconds(9));
    ByteArray<64> into;
    BOOST_TEST(dialled->read_some(into).value() == 4U);
    BOOST_TEST((read(*accepted) == Code::busy));
    world.run_for(seconds(2));
    BOOST_TEST(accepted->read_some(into).value() == 5U);
}

BOOST_FIXTURE_TEST_CASE(nobody_at_an_address_means_no_answer, TwoNodes) {
    std::optional<Result<StreamPtr>> stream;
    client.connect(address(77), [&](Result<StreamPtr> s) { stream = std::move(s); });
    world.run_for(sim::kDialGivesUp - seconds(1));
    BOOST_TEST(!stream.has_value());
    world.run_for(seconds(2));
    BOOST_TEST(stream->error().is(Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(a_crash_resets_streams_after_what_was_sent, Pair) {
    accepted->write_some(view("sent before")).value();
    world.crash(server);
    BOOST_TEST((accepted->write_some(view("sent after")).error().code == Code::closed));
    BOOST_TEST((read(*dialled) == Code::busy));  // not known here yet
    world.run_for(seconds(1));
    ByteArray<64> into;
    BOOST_TEST(dialled->read_some(into).value() == 11U);
    BOOST_TEST((read(*dialled) == Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(the_dead_neither_dial_nor_listen_nor_answer, Pair) {
    world.crash(server);
    BOOST_TEST(server.closing());
    BOOST_TEST(!server.listen(address(0), [](StreamPtr) {}));
    std::optional<Result<StreamPtr>> from_the_dead, to_the_dead;
    server.connect({client.address(), 1}, [&](Result<StreamPtr> s) { from_the_dead = std::move(s); });
    client.connect(address(0), [&](Result<StreamPtr> s) { to_the_dead = std::move(s); });
    world.run_for(seconds(1));
    BOOST_TEST(from_the_dead->error().is(Code::closed));
    BOOST_TEST(to_the_dead->error().is(Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(a_restarted_node_is_reached_at_its_old_address, Pair) {
    world.crash(server);
    auto& reborn = world.start("server", address(0));
    BOOST_TEST(reborn.rng().u64() != server.rng().u64());
    StreamPtr again, seen;
    auto listening = reborn.listen(address(0), [&](StreamPtr s) { seen = std::move(s); });
    client.connect(address(0), [&](Result<StreamPtr> s) { again = std::move(s.value()); });
    BOOST_TEST(world.run_until([&] { return again && seen; }, seconds(1)));
    listener.reset();  // the dead node's handle does not close the new one's port
    client.connect(address(0), [&](Result<StreamPtr> s) { again = std::move(s.value()); });
    world.run_for(seconds(1));
    BOOST_TEST((read(*again) == Code::busy));
}

BOOST_FIXTURE_TEST_CASE(who_dials_and_dies_is_heard_of, TwoNodes) {
    StreamPtr accepted;
    const auto listener = server.listen(address(0), [&](StreamPtr s) { accepted = std::move(s); });
    std::optional<Result<StreamPtr>> dialled;
    client.connect(address(0), [&](Result<StreamPtr> s) { dialled = std::move(s); });
    BOOST_REQUIRE(world.run_until([&] { return accepted != nullptr; }, seconds(1)));
    world.crash(client);
    world.run_for(seconds(1));
    BOOST_TEST(dialled->error().is(Code::closed));
    ByteArray<1> into;
    BOOST_TEST(accepted->read_some(into).error().is(Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(the_tap_sees_every_byte_once, Pair) {
    std::string there, back;
    world.network().tap([&](const sim::WireBytes& wire) {
        (wire.from.address == client.address() ? there : back) += as_text(wire.bytes);
    });
    dialled->write_some(view("one ")).value();
    accepted->write_some(view("yes")).value();
    dialled->write_some(view("two")).value();
    world.run_for(seconds(1));
    BOOST_TEST(there == "one two");
    BOOST_TEST(back == "yes");
    world.network().tap(nullptr);
}

BOOST_AUTO_TEST_CASE(latencies_are_the_seeds_whoever_speaks_first) {
    SimWorld one(3), two(3);
    const auto a = address(1).address, b = address(2).address;
    const auto there = one.network().path(a, b).latency;
    const auto back = one.network().path(b, a).latency;
    BOOST_CHECK(two.network().path(b, a).latency == back);
    BOOST_CHECK(two.network().path(a, b).latency == there);
    BOOST_CHECK(there >= one.network().conditions.latency_min &&
                there <= one.network().conditions.latency_max);
}

BOOST_AUTO_TEST_SUITE_END()
