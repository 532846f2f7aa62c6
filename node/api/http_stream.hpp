// HttpStream: one connection's bytes as HTTP/1.1 messages, each wait with its deadline. It owns the socket,
// TCP or Unix. Beast is confined to http_stream and connection.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "base/bytes.hpp"
#include "node/config/config.hpp"
#include "routing/runtime.hpp"

namespace catacomb::node::api {

using routing::Task;
using Socket = boost::asio::generic::stream_protocol::socket;

class HttpStream {
public:
    using Failure = boost::beast::error_code;
    using Request = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
    using Response = boost::beast::http::response<boost::beast::http::string_body>;
    using Head = boost::beast::http::response<boost::beast::http::empty_body>;

    // `limits` outlives it.
    HttpStream(Socket socket, const ApiConfig& limits) : stream_(std::move(socket)), limits_(limits) {}

    // The next request's head, which may take `limit`.
    Task<Failure> read_head(Duration limit);
    // Requires: read_head() was called, as for all that follows.
    const Request::value_type& request() const { return parser_->get(); }
    // Fills `chunk`, or gets less at the end of the body; `filled` tells how much.
    Task<Failure> read_body(Bytes& chunk, std::size_t& filled);
    bool body_done() const { return parser_->is_done(); }

    Task<Failure> write(Response& response, bool head_alone);
    // The bytes of the body, if there is one, follow.
    Task<Failure> write_head(Head& head);
    Task<Failure> write_bytes(ByteView bytes);

    // Throws input away for a while after an early answer: closing with unread input makes the kernel reset
    // the connection, and the client may lose that answer.
    Task<void> linger();
    void close();

private:
    boost::beast::basic_stream<boost::asio::generic::stream_protocol> stream_;
    const ApiConfig& limits_;
    // As much as Beast reads at once.
    static constexpr std::size_t kPiece = 64 * 1024;
    boost::beast::flat_buffer buffer_{4 * kPiece};
    std::optional<Request> parser_;
};

}  // namespace catacomb::node::api
