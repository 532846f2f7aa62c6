#include "node/api/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "node/api/admission.hpp"
#include "node/api/connection.hpp"
#include "node/api/listener.hpp"
#include "node/api/private_files.hpp"
#include "node/api/routes.hpp"
#include "routing/gate.hpp"

namespace catacomb::node::api {
namespace asio = boost::asio;

class ApiServer::Impl {
public:
    Impl(routing::Runtime& runtime, Service& service, ApiOptions options)
        : runtime_(runtime),
          options_(std::move(options)),
          routes_(runtime, service, options_.limits),
          admission_(options_.limits.connections, options_.limits.strangers),
          room_(runtime),
          tasks_(runtime) {}

    Result<> start() {
        auto tcp = listen_tcp(runtime_.executor(), options_.listen);
        if (!tcp) return tcp.error();
        if (auto there = open_socket(); !there) return there;
        token_ = make_token(runtime_.rng());
        if (auto done = write_files(); !done) return done;
        tcp_.emplace(std::move(*tcp));
        tasks_.spawn(accept_strangers());
        if (socket_) tasks_.spawn(accept_local());
        tasks_.spawn(routes_.forget_unfetched());
        return ok();
    }

    routing::Endpoint local() const { return options_.listen; }
    const std::string& token() const { return token_; }

    Task<void> close() {
        CHECK(runtime_.closing());
        closing_ = true;
        boost::system::error_code ignored;
        for (auto* acceptor : {&tcp_, &socket_}) {
            if (*acceptor) (*acceptor)->close(ignored);
        }
        for (const auto& [number, connection] : connections_) connection->stop();
        co_await tasks_.drained();
        std::error_code gone;
        if (tcp_) std::filesystem::remove(options_.data_dir / kPortFile, gone);
        if (socket_) remove_local(local_);
    }

private:
    static constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

    Result<> open_socket() {
        local_.data_dir = options_.data_dir;
        local_.elsewhere = options_.limits.socket;
        if (!options_.limits.group.empty()) {
            const auto group = group_named(options_.limits.group);
            if (!group) return group.error();
            local_.group = *group;
        }
        auto opened = listen_local(runtime_.executor(), local_);
        if (opened) {
            socket_.emplace(std::move(*opened));
            return ok();
        }
        if (!opened.error().is(Code::io) || !local_.elsewhere.empty()) return opened.error();
        log_warning("api", opened.error().text(), "; the command line uses TCP instead");
        return ok();
    }

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
        return write_private_file(port_file, std::to_string(options_.listen.port));
    }

    Task<void> accept_local() {
        while (!closing_) {
            auto [failure, socket] = co_await socket_->async_accept(kAwait);
            if (failure == asio::error::operation_aborted) co_return;
            if (failure) {
                co_await breathe();
                continue;
            }
            const auto door = peer_may(socket.native_handle(), local_.group) ? Door::owner : Door::stranger;
            if (door == Door::owner) {
                co_await room_for_owner();
            } else {
                co_await room_for_stranger();
            }
            admit(std::move(socket), door);
        }
    }

    Task<void> accept_strangers() {
        while (!closing_) {
            auto [failure, socket] = co_await tcp_->async_accept(kAwait);
            if (failure == asio::error::operation_aborted) co_return;
            if (failure) {
                co_await breathe();
                continue;
            }
            boost::system::error_code ignored;
            socket.set_option(asio::ip::tcp::no_delay(true), ignored);
            co_await room_for_stranger();
            co_await room_for_owner();  // which it may become
            admit(std::move(socket), Door::tcp);
        }
    }

    // Out of descriptors, most likely: give the connections that hold them time to end.
    Task<void> breathe() { co_await routing::sleep_for(runtime_, milliseconds(100)); }

    Task<void> room_for_owner() {
        while (!closing_ && !runtime_.closing() && !admission_.room_for_owner()) {
            co_await room_.wait(kNever);
        }
    }

    Task<void> room_for_stranger() {
        while (!closing_ && !runtime_.closing()) {
            const auto room = admission_.room_for_stranger(runtime_.now());
            if (room.now) co_return;
            auto until = room.until;
            if (room.leaves) {
                connections_.at(*room.leaves)->stop();
                until = kNever;
            }
            co_await room_.wait(until);
        }
    }

    void admit(Socket socket, Door door) {
        const auto number = next_number_++;
        std::function<void()> known;
        if (door == Door::owner) {
            admission_.owner_came();
        } else {
            admission_.stranger_came(number, runtime_.now());
            known = [this, number] { admission_.became_known(number), room_.open(); };
        }
        const auto connection = make_connection(std::move(socket), door, shared_, std::move(known));
        connections_[number] = connection;
        if (closing_) connection->stop();
        tasks_.spawn(serve(number, connection));
    }

    Task<void> serve(Admission::Number number, std::shared_ptr<Connection> connection) {
        co_await connection->serve();
        connections_.erase(number);
        admission_.left(number);
        room_.open();
    }

    routing::Runtime& runtime_;
    ApiOptions options_;
    Routes routes_;
    LocalOptions local_;
    std::optional<Acceptor> tcp_, socket_;
    std::string token_;
    bool closing_ = false;
    const Connection::Shared shared_{options_.limits, token_,
                                     [this](Exchange& exchange) { return routes_.handle(exchange); }};
    Admission admission_;
    routing::Gate room_;  // opens when there may be room for a connection
    Admission::Number next_number_ = 0;
    std::map<Admission::Number, std::shared_ptr<Connection>> connections_;
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
