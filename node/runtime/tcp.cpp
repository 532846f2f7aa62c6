#include "node/runtime/tcp.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

namespace catacomb::node {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using routing::Endpoint;

namespace {

// Without file descriptors or memory the pending connection stays in the backlog; asking at once again would
// spin.
constexpr auto kAcceptPause = milliseconds(100);

Result<std::size_t> outcome(std::size_t moved, const error_code& failure) {
    if (!failure) return moved;
    if (failure == asio::error::would_block || failure == asio::error::try_again) return error(Code::busy);
    if (failure == asio::error::eof) return error(Code::closed);
    if (failure == asio::error::bad_descriptor)
        return error(Code::closed);  // close() was called on this side
    return error(Code::unreachable, failure.message());
}

// BBR follows what the path carries; cubic takes each lost segment for a full queue, and over 80 ms a loss in
// 200 leaves it 3 Mbit/s (docs/performance.md). Where the kernel does not offer it, what it offers stays.
constexpr char kCongestionControl[] = "bbr";

bool choose_congestion_control(int socket) {
    return ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kCongestionControl,
                        sizeof kCongestionControl - 1) == 0;
}

class TcpStream final : public routing::Stream {
public:
    TcpStream(tcp::socket socket, const Endpoint& remote) : socket_(std::move(socket)), remote_(remote) {
        error_code ignored;  // a connection that is broken already says so at the first read
        socket_.set_option(tcp::no_delay(true), ignored);
        choose_congestion_control(socket_.native_handle());
        socket_.non_blocking(true, ignored);
    }

    Result<std::size_t> read_some(MutableBytes into) override {
        error_code failure;
        const auto moved = socket_.read_some(asio::buffer(into.data(), into.size()), failure);
        return outcome(moved, failure);
    }
    Result<std::size_t> write_some(ByteView from) override {
        error_code failure;
        const auto moved = socket_.write_some(asio::buffer(from.data(), from.size()), failure);
        return outcome(moved, failure);
    }
    void when_readable(std::function<void()> ready) override {
        wait(tcp::socket::wait_read, std::move(ready));
    }
    void when_writable(std::function<void()> ready) override {
        wait(tcp::socket::wait_write, std::move(ready));
    }
    void close() override {
        error_code ignored;
        socket_.close(ignored);
    }
    Endpoint remote() const override { return remote_; }

private:
    // The wait ends with an error when the stream closes; that, too, is "ready": the next read tells.
    void wait(tcp::socket::wait_type what, std::function<void()> ready) {
        socket_.async_wait(what, [alive = std::weak_ptr<int>(alive_), ready = std::move(ready)](error_code) {
            if (!alive.expired()) ready();
        });
    }

    tcp::socket socket_;
    const Endpoint remote_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
};

bool out_of_resources(const error_code& failure) {
    return failure == asio::error::no_descriptors || failure == asio::error::no_memory ||
           failure == asio::error::no_buffer_space || failure.value() == ENFILE;
}

// Outlives the listener for as long as an accept is pending.
class AcceptLoop : public std::enable_shared_from_this<AcceptLoop> {
public:
    AcceptLoop(tcp::acceptor acceptor, std::function<void(routing::StreamPtr)> accepted)
        : acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()), accepted_(std::move(accepted)) {}

    void next() {
        acceptor_.async_accept(peer_, [self = shared_from_this()](error_code failure, tcp::socket socket) {
            self->accepted(failure, std::move(socket));
        });
    }
    void stop() {
        stopped_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }
    Endpoint local() const {
        error_code ignored;
        return from_asio(acceptor_.local_endpoint(ignored));
    }

private:
    void accepted(const error_code& failure, tcp::socket socket) {
        if (stopped_) return;
        if (out_of_resources(failure)) return resume_later();
        if (!failure) accepted_(make_tcp_stream(std::move(socket), from_asio(peer_)));
        if (!stopped_) next();
    }
    void resume_later() {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([self = shared_from_this()](error_code) {
            if (!self->stopped_) self->next();
        });
    }

    tcp::acceptor acceptor_;
    tcp::endpoint peer_;
    asio::steady_timer pause_;
    std::function<void(routing::StreamPtr)> accepted_;
    bool stopped_ = false;
};

class TcpListener final : public routing::Listener {
public:
    explicit TcpListener(std::shared_ptr<AcceptLoop> loop) : loop_(std::move(loop)), local_(loop_->local()) {
        loop_->next();
    }
    ~TcpListener() override { loop_->stop(); }
    Endpoint local() const override { return local_; }

private:
    std::shared_ptr<AcceptLoop> loop_;
    const Endpoint local_;
};

}  // namespace

tcp::endpoint to_asio(const Endpoint& endpoint) {
    const asio::ip::address_v6 address(endpoint.address);
    if (!endpoint.is_v4()) return tcp::endpoint(address, endpoint.port);
    return tcp::endpoint(asio::ip::make_address_v4(asio::ip::v4_mapped, address), endpoint.port);
}

Endpoint from_asio(const tcp::endpoint& endpoint) {
    const auto address = endpoint.address();
    if (address.is_v4()) return Endpoint::v4(address.to_v4().to_uint(), endpoint.port());
    Endpoint out;
    out.address = address.to_v6().to_bytes();
    out.port = endpoint.port();
    return out;
}

bool offers_congestion_control() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return true;  // what is missing then is told elsewhere
    const bool offered = choose_congestion_control(probe);
    ::close(probe);
    return offered;
}

routing::StreamPtr make_tcp_stream(tcp::socket socket, const Endpoint& remote) {
    return std::make_unique<TcpStream>(std::move(socket), remote);
}

routing::ListenerPtr make_tcp_listener(tcp::acceptor acceptor,
                                       std::function<void(routing::StreamPtr)> accepted) {
    auto loop = std::make_shared<AcceptLoop>(std::move(acceptor), std::move(accepted));
    return std::make_unique<TcpListener>(std::move(loop));
}

}  // namespace catacomb::node
