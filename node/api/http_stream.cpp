#include "node/api/http_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace catacomb::node::api {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr Duration kLingerTime = seconds(2);

}  // namespace

Task<HttpStream::Failure> HttpStream::read_head(Duration limit) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header_limit.bytes));
    parser_->body_limit(boost::none);  // files have no limit; read_text() has its own
    stream_.expires_after(limit);
    auto [failure, n] = co_await http::async_read_header(stream_, buffer_, *parser_, kAwait);
    co_return failure;
}

Task<HttpStream::Failure> HttpStream::read_body(Bytes& chunk, std::size_t& filled) {
    // Beast reads what the buffer has room for, and without this that is 512 bytes at a time.
    buffer_.reserve(kPiece);
    filled = 0;
    while (filled < chunk.size() && !parser_->is_done()) {
        auto& body = parser_->get().body();
        body.data = chunk.data() + filled;
        body.size = chunk.size() - filled;
        stream_.expires_after(limits_.stall_limit);
        auto [failure, n] = co_await http::async_read_some(stream_, buffer_, *parser_, kAwait);
        filled = chunk.size() - parser_->get().body().size;
        if (failure && failure != http::error::need_buffer) co_return failure;
    }
    co_return Failure();
}

Task<HttpStream::Failure> HttpStream::write(Response& response, bool head_alone) {
    http::response_serializer<http::string_body> serializer(response);
    stream_.expires_after(limits_.stall_limit);
    if (head_alone) {
        auto [failure, n] = co_await http::async_write_header(stream_, serializer, kAwait);
        co_return failure;
    }
    auto [failure, n] = co_await http::async_write(stream_, serializer, kAwait);
    co_return failure;
}

Task<HttpStream::Failure> HttpStream::write_head(Head& head) {
    http::response_serializer<http::empty_body> serializer(head);
    stream_.expires_after(limits_.stall_limit);
    auto [failure, n] = co_await http::async_write_header(stream_, serializer, kAwait);
    co_return failure;
}

Task<HttpStream::Failure> HttpStream::write_bytes(ByteView bytes) {
    auto from = asio::buffer(bytes.data(), bytes.size());
    while (from.size() > 0) {
        stream_.expires_after(limits_.stall_limit);
        auto [failure, n] = co_await stream_.async_write_some(from, kAwait);
        if (failure) co_return failure;
        from += n;
    }
    co_return Failure();
}

Task<void> HttpStream::linger() {
    Failure ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    Bytes scrap(kPiece);
    stream_.expires_after(kLingerTime);
    for (bool open = true; open;) {
        auto into = asio::buffer(scrap);
        auto [failure, n] = co_await stream_.async_read_some(into, kAwait);
        open = !failure;
    }
}

void HttpStream::close() {
    Failure ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
    stream_.close();
}

}  // namespace catacomb::node::api
