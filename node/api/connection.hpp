// Connection: one client's connection, request after request. It owns the socket; the server owns it and
// calls stop() to end it early.
#pragma once

#include <functional>

#include "node/api/exchange.hpp"
#include "node/api/guard.hpp"
#include "node/api/http_stream.hpp"

namespace catacomb::node::api {

class Connection {
public:
    // What all connections share; outlives them.
    struct Shared {
        const ApiConfig& limits;
        const std::string& token;
        std::function<Task<void>(Exchange&)> route;
    };
    virtual ~Connection() = default;
    // Until the client leaves, stands still, speaks no HTTP, or stop().
    virtual Task<void> serve() = 0;
    virtual void stop() = 0;
};

// `known` is called once: when a request has shown that it may be made.
std::shared_ptr<Connection> make_connection(Socket socket, Door door, const Connection::Shared& shared,
                                            std::function<void()> known);

}  // namespace catacomb::node::api
