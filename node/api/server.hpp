// ApiServer: the node's HTTP/1.1 API (docs/spec/api.md), over a Unix socket and over TCP on the loopback
// interface. It owns its connections and transfers, speaks to the node only through Service, and runs on the
// runtime's executor: one thread. Other users of the machine are kept out by the socket's owner or a token,
// web pages by the Host and Origin checks. The token is new at every start, because a port file left by a
// crash may name a port that is somebody else's by now; that file goes before the new token is written, and a
// client reads the token before the port.
#pragma once

#include <filesystem>
#include <memory>

#include "node/config/config.hpp"
#include "node/service.hpp"
#include "routing/runtime.hpp"

namespace catacomb::node::api {

struct ApiOptions {
    routing::Endpoint listen = routing::Endpoint::v4(0x7f000001, 0);  // must be loopback
    std::filesystem::path data_dir;  // receives api.sock, api.port and api.token (mode 0600)
    ApiConfig limits;
};

class ApiServer {
public:
    // Both must outlive the server.
    ApiServer(routing::Runtime& runtime, Service& service, ApiOptions options);
    // Requires: close() was awaited, or start() never succeeded.
    ~ApiServer();

    // Listens and writes its files. Code::refused for an address that is not loopback, Code::io when the port
    // or the files cannot be had, Code::busy when another program has the socket. Without the socket it goes
    // on, with a warning, where the file system of the data directory knows none.
    Result<> start();
    // Where it listens. Requires: started.
    routing::Endpoint local() const;
    const std::string& token() const;
    // Stops listening, ends every connection and transfer, removes api.sock and api.port, and returns when
    // all of its tasks have. Requires: Runtime::close() was called (it ends the waits inside Service).
    routing::Task<> close();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace catacomb::node::api
