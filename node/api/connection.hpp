// Connection: one client's TCP connection, request after request. It owns the socket; the server owns it and
// calls stop() to end it early. Beast is confined to connection.cpp.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>

#include "node/api/exchange.hpp"
#include "node/config/config.hpp"

namespace catacomb::node::api {

class Connection {
public:
    using Route = std::function<Task<void>(Exchange&)>;
    virtual ~Connection() = default;
    // Until the client leaves, stands still, speaks no HTTP, or stop(). The references outlive it.
    virtual Task<void> serve() = 0;
    virtual void stop() = 0;
};

std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket, const ApiConfig& limits,
                                            const std::string& token, const Connection::Route& route);

}  // namespace catacomb::node::api
