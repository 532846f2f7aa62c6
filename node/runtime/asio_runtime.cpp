#include "node/runtime/asio_runtime.hpp"

#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <ctime>

#include "node/runtime/tcp.hpp"

namespace catacomb::node {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using routing::Endpoint;
using routing::ListenerPtr;
using routing::StreamPtr;

namespace {

// SYNs after the first: 1 + 2 + 4 + 8 + 16 seconds. The kernel's default keeps a dead dial's socket two
// minutes.
constexpr int kSynRetries = 4;
// The kernel's queue of connections not accepted yet.
constexpr int kBacklog = 256;
// A far deadline is waited for in steps, so that its nanoseconds cannot overflow steady_clock.
constexpr auto kLongestWait = hours(1);

// Since the machine was started, its sleep included. steady_clock stands still in a suspended laptop, which
// would then be late for good: descriptors of the others would come from the future, and its own be long
// over.
Duration since_boot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return seconds(now.tv_sec) + duration_cast<Duration>(std::chrono::nanoseconds(now.tv_nsec));
}

Time system_time() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return Time(duration_cast<Duration>(since_epoch));
}

template <int kLevel, int kName>
using Integer = asio::detail::socket_option::integer<kLevel, kName>;

Error no_way_to(const Endpoint& to, const error_code& failure) {
    return error(Code::unreachable, "cannot connect to " + to.text() + ": " + failure.message());
}

// A dial to a free port in the ephemeral range can meet itself (simultaneous open); nobody is there then.
error_code check_not_self(const tcp::socket& socket) {
    error_code failure;
    const auto local = socket.local_endpoint(failure);
    if (failure) return failure;
    const auto remote = socket.remote_endpoint(failure);
    if (!failure && local == remote) failure = asio::error::connection_refused;
    return failure;
}

}  // namespace

AsioRuntime::AsioRuntime(Options options)
    : options_(std::move(options)),
      clock_offset_(system_time() - Time(since_boot())),
      context_(1),
      timer_(context_),
      workers_(std::max(1U, options_.worker_threads)) {}

AsioRuntime::~AsioRuntime() {
    workers_.stop();
    workers_.join();
}

void AsioRuntime::run() {
    const auto stay = asio::make_work_guard(context_);
    context_.run();
    context_.restart();
}

void AsioRuntime::stop() { context_.stop(); }

Time AsioRuntime::now() const { return Time(since_boot()) + clock_offset_; }

void AsioRuntime::arm(Time when) {
    const auto wait = std::clamp<Duration>(when - now(), Duration::zero(), kLongestWait);
    timer_.expires_after(wait);
    timer_.async_wait([this](error_code cancelled) {
        if (!cancelled) fire_due();
    });
}

error_code AsioRuntime::prepare(tcp::socket& socket, const Endpoint& to) const {
    error_code failure;
    socket.open(to_asio(to).protocol(), failure);
    if (!failure) socket.set_option(Integer<IPPROTO_TCP, TCP_SYNCNT>(kSynRetries), failure);
    if (!options_.dial_from || options_.dial_from->is_v4() != to.is_v4()) return failure;
    // The port is chosen at connect, when the pair must be free, not at bind, when the address alone must.
    if (!failure) socket.set_option(Integer<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>(1), failure);
    Endpoint source = *options_.dial_from;
    source.port = 0;
    if (!failure) socket.bind(to_asio(source), failure);
    return failure;
}

void AsioRuntime::connect(Endpoint to, std::function<void(Result<StreamPtr>)> done) {
    auto socket = std::make_shared<tcp::socket>(context_);
    if (const auto failure = prepare(*socket, to)) {
        return post([to, failure, done = std::move(done)] { done(no_way_to(to, failure)); });
    }
    socket->async_connect(to_asio(to), [to, socket, done = std::move(done)](error_code failure) {
        if (!failure) failure = check_not_self(*socket);
        if (failure) return done(no_way_to(to, failure));
        done(make_tcp_stream(std::move(*socket), to));
    });
}

Result<ListenerPtr> AsioRuntime::listen(Endpoint at, std::function<void(StreamPtr)> accepted) {
    const auto local = to_asio(at);
    tcp::acceptor acceptor(context_);
    error_code failure;
    acceptor.open(local.protocol(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure && !at.is_v4()) acceptor.set_option(asio::ip::v6_only(true), failure);
    if (!failure) acceptor.bind(local, failure);
    if (!failure) acceptor.listen(kBacklog, failure);
    if (failure) return error(Code::io, "cannot listen on " + at.text() + ": " + failure.message());
    return make_tcp_listener(std::move(acceptor), std::move(accepted));
}

void AsioRuntime::run_on_worker(std::function<void()> work, std::function<void()> done) {
    asio::post(workers_, [this, work = std::move(work), done = std::move(done)]() mutable {
        work();
        asio::post(context_, std::move(done));
    });
}

}  // namespace catacomb::node
