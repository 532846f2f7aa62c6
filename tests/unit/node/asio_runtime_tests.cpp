// Proves: over real sockets the seam keeps its word: the conversation of the simulated world ends the same,
// readiness and ends are told apart, nothing is called after a stream is gone, and the machine's limits are
// survived.
#include "node/runtime/asio_runtime.hpp"

#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <optional>
#include <thread>

#include "node/runtime/tcp.hpp"
#include "tests/support/conversation.hpp"

using namespace catacomb;
using namespace catacomb::routing;
using catacomb::node::AsioRuntime;

namespace {

const auto kAnyPort = Endpoint::v4(0x7f000001, 0);

// Runs `task` to its end, at most ten real seconds.
void run(AsioRuntime& runtime, Task<void> task) {
    std::exception_ptr failure;
    bool finished = false;
    auto limit = runtime.call_at(runtime.now() + seconds(10), [&] { runtime.stop(); });
    boost::asio::co_spawn(runtime.executor(), std::move(task), [&](std::exception_ptr e) {
        failure = e;
        finished = true;
        runtime.stop();
    });
    runtime.run();
    runtime.cancel(limit);
    if (failure) std::rethrow_exception(failure);
    BOOST_REQUIRE_MESSAGE(finished, "the task did not end in time");
}

std::string congestion_control(int socket) {
    std::array<char, 16> name{};
    socklen_t size = name.size();
    BOOST_REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) == 0);
    return name.data();
}

// A connected pair on one runtime.
struct Pair {
    AsioRuntime runtime;
    ListenerPtr listener;
    StreamPtr dialled, accepted;

    Pair() { run(runtime, open()); }
    Time in(Duration wait) const { return runtime.now() + wait; }

    Task<void> open() {
        auto promise = std::make_shared<Promise<StreamPtr>>(runtime);
        auto listening = runtime.listen(kAnyPort, [promise](StreamPtr s) { promise->set(std::move(s)); });
        listener = std::move(listening.value());
        auto stream = co_await connect(runtime, listener->local(), in(seconds(5)));
        dialled = std::move(stream.value());
        auto other = co_await promise->wait(in(seconds(5)));
        accepted = std::move(other.value());
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(asio_runtime)

Task<void> converse(AsioRuntime& runtime, std::optional<Result<crypto::Digest>>& heard) {
    testing::EchoServer server(runtime);
    const auto at = server.listen(kAnyPort);
    const auto deadline = runtime.now() + seconds(8);
    heard = co_await testing::talk(runtime, at.value(), 10, deadline);
    co_await server.close();
}

BOOST_AUTO_TEST_CASE(the_conversation_ends_as_in_the_simulated_world) {
    AsioRuntime runtime;
    std::optional<Result<crypto::Digest>> heard;
    run(runtime, converse(runtime, heard));
    BOOST_TEST(heard->value().hex() == testing::expected_talk(10).hex());
}

BOOST_AUTO_TEST_CASE(timers_keep_order_and_time) {
    AsioRuntime runtime;
    std::string fired;
    const auto start = runtime.now();
    runtime.call_at(start + milliseconds(20), [&] {
        fired += 'b';
        runtime.stop();
    });
    runtime.call_at(start + milliseconds(10), [&] { fired += 'a'; });
    runtime.call_at(start + hours(1'000'000),
                    [&] { fired += 'z'; });  // beyond nanoseconds of the steady clock
    runtime.run();
    BOOST_TEST(fired == "ab");
    BOOST_CHECK(runtime.now() >= start + milliseconds(20));
}

BOOST_AUTO_TEST_CASE(close_fires_what_is_far_away) {
    AsioRuntime runtime;
    bool fired = false;
    runtime.call_at(kNever, [&] {
        fired = true;
        runtime.stop();
    });
    runtime.close();
    runtime.run();
    BOOST_TEST(fired);
}

BOOST_AUTO_TEST_CASE(the_clock_is_the_systems) {
    AsioRuntime runtime;
    const auto system = std::chrono::system_clock::now().time_since_epoch();
    BOOST_CHECK(duration_cast<seconds>(runtime.now().time_since_epoch() - system) < seconds(5));
    BOOST_CHECK(duration_cast<seconds>(system - runtime.now().time_since_epoch()) < seconds(5));
}

BOOST_FIXTURE_TEST_CASE(nothing_to_read_is_busy_and_an_end_is_closed, Pair) {
    ByteArray<4> byte;
    BOOST_TEST(accepted->read_some(byte).error().is(Code::busy));
    dialled->write_some(view("ping")).value();
    dialled->close();
    BOOST_TEST(dialled->read_some(byte).error().is(Code::closed));
    BOOST_TEST(dialled->write_some(byte).error().is(Code::closed));
    std::optional<Result<Bytes>> read;
    auto task = [](Pair& pair, std::optional<Result<Bytes>>& out) -> Task<void> {
        const auto deadline = pair.in(seconds(5));
        out = co_await testing::read_to_end(pair.runtime, *pair.accepted, deadline);
    };
    run(runtime, task(*this, read));
    BOOST_TEST(as_text(read->value()) == "ping");
}

Task<void> fill(Pair& pair, std::size_t& written, Wake& wake) {
    const Bytes chunk(64 << 10);
    for (;;) {
        const auto taken = pair.dialled->write_some(chunk);
        if (!taken && taken.error().is(Code::busy)) break;
        written += taken.value();
    }
    Gate gate(pair.runtime);
    pair.dialled->when_writable([&gate] { gate.open(); });
    const auto soon = pair.in(milliseconds(50));
    wake = co_await gate.wait(soon);
    if (wake != Wake::timed_out) co_return;
    const auto all = co_await testing::read_exactly(pair.runtime, *pair.accepted, written, kNever);
    if (!all) co_return;
    const auto later = pair.in(seconds(5));
    wake = co_await gate.wait(later);
    pair.dialled.reset();
}

BOOST_FIXTURE_TEST_CASE(a_full_stream_says_busy_and_then_becomes_writable, Pair) {
    std::size_t written = 0;
    auto wake = Wake::closed;
    run(runtime, fill(*this, written, wake));
    BOOST_TEST(written > 0U);
    BOOST_TEST((wake == Wake::opened));
}

Task<void> break_it(Pair& pair, std::optional<Code>& code) {
    pair.dialled->write_some(view("unread")).value();
    const auto ready = co_await testing::until_readable(pair.runtime, *pair.accepted, kNever);
    if (!ready) co_return;
    pair.accepted.reset();  // unread bytes: the kernel resets the connection
    const auto deadline = pair.in(seconds(5));
    const auto end = co_await testing::read_exactly(pair.runtime, *pair.dialled, 1, deadline);
    if (!end) code = end.error().code;
}

BOOST_FIXTURE_TEST_CASE(a_reset_is_not_an_end, Pair) {
    std::optional<Code> code;
    run(runtime, break_it(*this, code));
    BOOST_REQUIRE(code);
    BOOST_TEST((*code == Code::unreachable));
}

BOOST_FIXTURE_TEST_CASE(close_wakes_who_waits_and_destruction_does_not, Pair) {
    bool woken = false, called_after_the_end = false;
    dialled->when_readable([&] {
        woken = true;
        runtime.stop();
    });
    accepted->when_readable([&] { called_after_the_end = true; });
    accepted->when_writable([&] { called_after_the_end = true; });
    accepted.reset();
    dialled->close();
    runtime.run();
    runtime.post([&] { runtime.stop(); });
    runtime.run();
    BOOST_TEST(woken);
    BOOST_TEST(!called_after_the_end);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_named) {
    AsioRuntime runtime;
    const auto first = runtime.listen(kAnyPort, [](StreamPtr) {});
    const auto at = first.value()->local();
    const auto second = runtime.listen(at, [](StreamPtr) {});
    BOOST_REQUIRE(!second);
    BOOST_TEST(second.error().is(Code::io));
    BOOST_TEST(second.error().message.find(at.text()) != std::string::npos, second.error().message);
}

Task<void> dial(AsioRuntime& runtime, Endpoint to, std::optional<Result<StreamPtr>>& out) {
    const auto deadline = runtime.now() + seconds(5);
    out = co_await connect(runtime, to, deadline);
}

BOOST_AUTO_TEST_CASE(a_port_given_up_refuses_and_can_be_taken_again) {
    AsioRuntime runtime;
    auto listener = runtime.listen(kAnyPort, [](StreamPtr) {});
    const auto at = listener.value()->local();
    listener.value().reset();
    std::optional<Result<StreamPtr>> stream;
    run(runtime, dial(runtime, at, stream));
    BOOST_TEST(stream->error().is(Code::unreachable));
    BOOST_TEST(stream->error().message.find(at.text()) != std::string::npos);
    BOOST_TEST(runtime.listen(at, [](StreamPtr) {}).has_value());
}

BOOST_AUTO_TEST_CASE(dials_come_from_the_chosen_address) {
    AsioRuntime::Options options;
    options.dial_from = Endpoint::v4(0x7f090807, 4000);
    AsioRuntime runtime(options);
    Endpoint seen;
    auto listener = runtime.listen(kAnyPort, [&](StreamPtr stream) {
        seen = stream->remote();
        runtime.stop();
    });
    runtime.connect(listener.value()->local(), [](Result<StreamPtr>) {});
    runtime.run();
    BOOST_TEST(seen.text().substr(0, 10) == "127.9.8.7:");
}

// The kernel's word for the congestion control of a stream's socket.
BOOST_AUTO_TEST_CASE(streams_use_bbr_where_the_kernel_offers_it) {
    namespace asio = boost::asio;
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    asio::ip::tcp::socket socket(context);
    socket.connect(acceptor.local_endpoint());
    const int handle = socket.native_handle();
    const auto before = congestion_control(handle);
    const auto stream = node::make_tcp_stream(std::move(socket), kAnyPort);
    BOOST_TEST(congestion_control(handle) == (node::offers_congestion_control() ? "bbr" : before));
}

BOOST_AUTO_TEST_CASE(endpoints_pass_to_asio_and_back) {
    for (const auto* text : {"127.1.2.3:40", "[2001:db8::5]:6", "0.0.0.0:0"}) {
        const auto endpoint = Endpoint::parse(text).value();
        BOOST_CHECK(node::from_asio(node::to_asio(endpoint)) == endpoint);
    }
}

Task<void> think(AsioRuntime& runtime, std::thread::id& where, std::thread::id& back) {
    std::function<std::thread::id()> work = [] { return std::this_thread::get_id(); };
    where = co_await on_worker<std::thread::id>(runtime, std::move(work));
    back = std::this_thread::get_id();
}

BOOST_AUTO_TEST_CASE(work_runs_on_another_thread_and_comes_back) {
    AsioRuntime runtime;
    std::thread::id where, back;
    run(runtime, think(runtime, where, back));
    BOOST_CHECK(where != std::thread::id{});
    BOOST_CHECK(where != std::this_thread::get_id());
    BOOST_CHECK(back == std::this_thread::get_id());
}

// Holds every file descriptor of the process for as long as it lives.
class NoDescriptors {
public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit low = before_;
        low.rlim_cur = std::min<rlim_t>(before_.rlim_cur, 128);
        setrlimit(RLIMIT_NOFILE, &low);
        for (int fd = dup(0); fd >= 0; fd = dup(0)) held_.push_back(fd);
    }
    ~NoDescriptors() {
        release();
        setrlimit(RLIMIT_NOFILE, &before_);
    }
    void release() {
        for (const int fd : held_) ::close(fd);
        held_.clear();
    }
    // For one more socket.
    void release_one() {
        ::close(held_.back());
        held_.pop_back();
    }

private:
    rlimit before_{};
    std::vector<int> held_;
};

BOOST_AUTO_TEST_CASE(without_file_descriptors_accepting_pauses_and_resumes) {
    AsioRuntime runtime;
    StreamPtr dialled, accepted;
    auto listener = runtime.listen(kAnyPort, [&](StreamPtr stream) {
        accepted = std::move(stream);
        runtime.stop();
    });
    NoDescriptors none;
    none.release_one();
    runtime.connect(listener.value()->local(),
                    [&](Result<StreamPtr> stream) { dialled = std::move(stream.value()); });
    runtime.call_at(runtime.now() + milliseconds(250), [&] { runtime.stop(); });
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    runtime.run();
    getrusage(RUSAGE_SELF, &after);
    BOOST_TEST((dialled != nullptr));
    BOOST_TEST((accepted == nullptr));
    const auto used = [](const rusage& r) { return r.ru_utime.tv_sec * 1'000'000 + r.ru_utime.tv_usec; };
    BOOST_TEST(used(after) - used(before) < 150'000);  // of 250 ms: it did not spin

    none.release();
    auto limit = runtime.call_at(runtime.now() + seconds(5), [&] { runtime.stop(); });
    runtime.run();
    runtime.cancel(limit);
    BOOST_TEST((accepted != nullptr));
}

BOOST_AUTO_TEST_CASE(destroyed_with_work_and_waits_outstanding_it_leaks_nothing) {
    auto runtime = std::make_unique<AsioRuntime>();
    bool done = false;
    for (int i = 0; i < 100; ++i) runtime->run_on_worker([] {}, [&] { done = true; });
    auto listener = runtime->listen(kAnyPort, [](StreamPtr) {});
    runtime->connect(listener.value()->local(), [](Result<StreamPtr>) {});
    listener.value().reset();
    runtime.reset();
    BOOST_TEST(!done);
}

BOOST_AUTO_TEST_SUITE_END()
