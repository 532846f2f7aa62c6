#include "node/api/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "node/api/connection.hpp"
#include "node/api/private_files.hpp"
#include "node/api/routes.hpp"
#include "routing/gate.hpp"

namespace catacomb::node::api {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

tcp::endpoint as_tcp(const routing::Endpoint& at) {
    if (at.is_v4()) {
        asio::ip::address_v4::bytes_type bytes;
        std::copy(at.address.begin() + 12, at.address.end(), bytes.begin());
        return {asio::ip::address_v4(bytes), at.port};
    }
    return {asio::ip::address_v6(at.address), at.port};
}

}  // namespace

class ApiServer::Impl {
public:
    Impl(routing::Runtime& runtime, Service& service, ApiOptions options)
        : runtime_(runtime),
          options_(std::move(options)),
          routes_(runtime, service, options_.limits),
          acceptor_(runtime.executor()),
          tasks_(runtime) {}

    Result<> start() {
        if (!options_.listen.is_loopback()) {
            return error(Code::refused,
                         "the API listens on loopback addresses only, not on " + options_.listen.text());
        }
        if (auto bound = bind(); !bound) return bound;
        token_ = make_token(runtime_.rng());
        if (auto done = write_files(); !done) return done;
        tasks_.spawn(accept_all());
        tasks_.spawn(routes_.forget_unfetched());
        return ok();
    }

    routing::Endpoint local() const {
        auto out = options_.listen;
        out.port = port_;
        return out;
    }
    const std::string& token() const { return token_; }

    Task<> close() {
        CHECK(runtime_.closing());
        closing_ = true;
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for (const auto& connection : connections_) connection->stop();
        co_await tasks_.drained();
        std::error_code gone;
        if (port_ != 0) std::filesystem::remove(options_.data_dir / kPortFile, gone);
    }

private:
    // accept_all() and forget_unfetched(); the other tasks are connections.
    static constexpr std::size_t kOwnTasks = 2;

    // A port file that a crash left behind names somebody else's port, so it goes before the new token comes:
    // a client that reads the token first, then the port, never brings the one to the other.
    Result<> write_files() {
        const auto port_file = options_.data_dir / kPortFile;
        std::error_code failure;
        std::filesystem::remove(port_file, failure);
        if (failure) {
            return error(Code::io, "cannot remove " + port_file.string() + ": " + failure.message());
        }
        if (auto done = write_private_file(options_.data_dir / kTokenFile, token_); !done) return done;
        return write_private_file(port_file, std::to_string(port_));
    }

    Result<> bind() {
        const auto at = as_tcp(options_.listen);
        boost::system::error_code failure;
        acceptor_.open(at.protocol(), failure);
        if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
        if (!failure) acceptor_.bind(at, failure);
        if (!failure) acceptor_.listen(asio::socket_base::max_listen_connections, failure);
        if (failure) {
            return error(Code::io,
                         "the API cannot listen on " + options_.listen.text() + ": " + failure.message());
        }
        port_ = acceptor_.local_endpoint().port();
        return ok();
    }

    Task<> accept_all() {
        constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
        while (!closing_) {
            auto [failure, socket] = co_await acceptor_.async_accept(kAwait);
            if (failure == asio::error::operation_aborted) co_return;
            if (failure) {
                // Out of descriptors, most likely: give the connections that hold them time to end.
                co_await routing::sleep_for(runtime_, milliseconds(100));
            } else if (tasks_.count() < kOwnTasks + options_.limits.connections) {
                boost::system::error_code ignored;
                socket.set_option(tcp::no_delay(true), ignored);
                tasks_.spawn(serve(std::move(socket)));
            }
        }
    }

    Task<> serve(tcp::socket socket) {
        const auto connection = make_connection(std::move(socket), options_.limits, token_, route_);
        connections_.insert(connection);
        if (closing_) connection->stop();
        co_await connection->serve();
        connections_.erase(connection);
    }

    routing::Runtime& runtime_;
    const ApiOptions options_;
    Routes routes_;
    const Connection::Route route_ = [this](Exchange& exchange) { return routes_.handle(exchange); };
    tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::string token_;
    bool closing_ = false;
    std::set<std::shared_ptr<Connection>> connections_;
    routing::TaskSet tasks_;
};

ApiServer::ApiServer(routing::Runtime& runtime, Service& service, ApiOptions options)
    : impl_(std::make_unique<Impl>(runtime, service, std::move(options))) {}
ApiServer::~ApiServer() = default;

Result<> ApiServer::start() { return impl_->start(); }
routing::Endpoint ApiServer::local() const { return impl_->local(); }
const std::string& ApiServer::token() const { return impl_->token(); }
Task<> ApiServer::close() { return impl_->close(); }

}  // namespace catacomb::node::api
