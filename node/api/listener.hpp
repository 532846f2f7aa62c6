// Listeners of the API: a TCP port on the loopback interface, and the Unix socket.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "node/api/local_socket.hpp"
#include "routing/endpoint.hpp"

namespace catacomb::node::api {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

// Code::refused for an address that is not loopback, Code::io when it cannot be had. `at` gets the port.
Result<Acceptor> listen_tcp(boost::asio::any_io_executor executor, routing::Endpoint& at);

struct LocalOptions {
    std::filesystem::path data_dir;
    std::filesystem::path elsewhere;  // empty: in the data directory
    std::optional<::gid_t> group;     // may use it too
    std::filesystem::path socket() const { return elsewhere.empty() ? link() : elsewhere; }
    std::filesystem::path link() const { return data_dir / kSocketFile; }
};
// Private to its owner (and the group) from the first moment on.
Result<Acceptor> listen_local(boost::asio::any_io_executor executor, const LocalOptions& options);
void remove_local(const LocalOptions& options);

}  // namespace catacomb::node::api
