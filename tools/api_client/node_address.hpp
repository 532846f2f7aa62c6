// NodeAddress: where the node of a data directory is reached: its Unix socket, or TCP with a token where
// there is no socket; and what to say when it is not there. Shared by all connections to that node.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <optional>

#include "node/api/local_socket.hpp"

namespace catacomb::cli {

class NodeAddress {
public:
    using Endpoint = boost::asio::generic::stream_protocol::endpoint;

    // Code::unreachable, with how to start one, when no node runs there; Code::refused when it is another
    // user's.
    static Result<NodeAddress> find(std::filesystem::path data_dir);

    Endpoint endpoint() const;
    bool is_local() const { return local_.has_value(); }
    const std::string& token() const { return token_; }  // over TCP

    Error not_running() const;
    // Something else listens on the port that this node once had.
    Error is_another() const;
    // It took the connection, and says nothing.
    Error is_silent() const;
    // The connection was refused so.
    Error not_reached(const boost::system::error_code& why) const;

private:
    explicit NodeAddress(std::filesystem::path data_dir) : data_dir_(std::move(data_dir)) {}
    std::filesystem::path data_dir_;
    std::optional<node::api::LocalAddress> local_;
    std::uint16_t port_ = 0;
    std::string token_;
};

}  // namespace catacomb::cli
