#include "node/api/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "node/api/answers.hpp"
#include "node/api/guard.hpp"

namespace catacomb::node::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBodyChunk = 256 * 1024;
// For so long input is thrown away after an early answer, so that closing does not cut the answer off.
constexpr Duration kLingerTime = seconds(2);

class HttpConnection final : public Connection, public Exchange {
public:
    HttpConnection(asio::ip::tcp::socket socket, const ApiConfig& limits, const std::string& token,
                   const Route& route)
        : stream_(std::move(socket)), limits_(limits), token_(token), route_(route) {}

    Task<void> serve() override {
        while (keep_alive_) {
            const bool came = co_await read_head();
            if (!came) break;
            const bool refused = co_await refuse_stranger();
            if (!refused) co_await route_(*this);
            if (!body_done()) co_await linger();
        }
        beast::error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
        stream_.close();
    }

    void stop() override {
        keep_alive_ = false;
        stream_.close();
    }

    std::string_view method() const override { return std::string_view(parser_->get().method_string()); }
    std::string_view target() const override { return std::string_view(parser_->get().target()); }
    std::string_view header(std::string_view name) const override {
        const auto found = parser_->get().find(name);
        return found == parser_->get().end() ? std::string_view() : std::string_view(found->value());
    }

    Task<Result<Bytes>> read_body() override {
        co_await welcome_body();
        Bytes chunk(kBodyChunk);
        std::size_t filled = 0;
        while (filled < chunk.size() && !parser_->is_done()) {
            auto& body = parser_->get().body();
            body.data = chunk.data() + filled;
            body.size = chunk.size() - filled;
            stream_.expires_after(limits_.stall_limit);
            auto [failure, n] = co_await http::async_read_some(stream_, buffer_, *parser_, kAwait);
            filled = chunk.size() - parser_->get().body().size;
            if (failure && failure != http::error::need_buffer) co_return broke_off(failure);
        }
        chunk.resize(filled);
        co_return chunk;
    }

    Task<Result<std::string>> read_text(std::size_t at_most) override {
        std::string text;
        while (true) {
            auto chunk = co_await read_body();
            if (!chunk) co_return chunk.error();
            if (chunk->empty()) co_return text;
            if (text.size() + chunk->size() > at_most) {
                co_return error(Code::limit, concat("the request's body is over ", at_most, " bytes"));
            }
            text += as_text(*chunk);
        }
    }

    Task<void> answer(unsigned status, std::string json_text) override {
        if (!body_done()) keep_alive_ = false;
        http::response<http::string_body> response(static_cast<http::status>(status), 11);
        response.set(http::field::content_type, "application/json");
        set_common(response);
        response.body() = std::move(json_text);
        response.body() += '\n';
        response.prepare_payload();
        http::response_serializer<http::string_body> serializer(response);
        const auto failure = co_await send(serializer);
        if (failure) keep_alive_ = false;
    }

    Task<Result<>> begin_file(const GetReport& file, JobId job) override {
        http::response<http::empty_body> response(http::status::ok, 11);
        response.set(http::field::content_type, "application/octet-stream");
        response.set("X-Catacomb-Job", std::to_string(job));
        if (!file.name.empty()) {
            const auto name = boost::urls::encode(file.name, boost::urls::unreserved_chars);
            response.set("X-Catacomb-Name", name);
            response.set(http::field::content_disposition, "attachment; filename*=UTF-8''" + name);
        }
        set_common(response);
        response.content_length(file.size);
        file_left_ = file.size;
        keep_alive_ =
            keep_alive_ && file_left_ == 0;  // restored by the last byte: less than announced must close
        http::response_serializer<http::empty_body> serializer(response);
        stream_.expires_after(limits_.stall_limit);
        auto [failure, n] = co_await http::async_write_header(stream_, serializer, kAwait);
        if (failure) co_return broke_off(failure);
        co_return ok();
    }

    Task<Result<>> write(Bytes chunk) override {
        if (chunk.size() > file_left_) co_return error(Code::corrupt, "the file is longer than it said");
        auto from = asio::buffer(chunk);
        while (from.size() > 0) {
            stream_.expires_after(limits_.stall_limit);
            auto [failure, n] = co_await stream_.async_write_some(from, kAwait);
            if (failure) co_return broke_off(failure);
            from += n;
        }
        file_left_ -= chunk.size();
        if (file_left_ == 0) keep_alive_ = parser_->get().keep_alive();
        co_return ok();
    }

private:
    using Parser = http::request_parser<http::buffer_body>;

    Task<bool> read_head() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(limits_.header_limit.bytes));
        parser_->body_limit(boost::none);  // files have no limit; read_text() has its own
        welcomed_ = false;
        stream_.expires_after(limits_.idle_limit);
        auto [failure, n] = co_await http::async_read_header(stream_, buffer_, *parser_, kAwait);
        if (!failure) {
            keep_alive_ = keep_alive_ && parser_->get().keep_alive();
            co_return true;
        }
        keep_alive_ = false;
        if (failure == http::error::header_limit) {
            co_await answer_error(*this, error(Code::limit, "the request's head is too long"));
        }
        co_return false;
    }

    Task<bool> refuse_stranger() {
        const Credentials from{header("Host"), header("Origin"), header("Authorization")};
        const auto refusal = refuse(from, token_);
        if (!refusal) co_return false;
        keep_alive_ = false;
        auto text = boost::json::serialize(error_json(refusal->why));
        co_await answer(refusal->status, std::move(text));
        co_return true;
    }

    // "Expect: 100-continue": the client waits for a word before it sends its body (curl does).
    Task<void> welcome_body() {
        if (welcomed_) co_return;
        welcomed_ = true;
        if (!beast::iequals(header("Expect"), "100-continue")) co_return;
        http::response<http::empty_body> response(http::status::continue_, 11);
        stream_.expires_after(limits_.stall_limit);
        auto [failure, n] = co_await http::async_write(stream_, response, kAwait);
        if (failure) keep_alive_ = false;
    }

    // The answer to HEAD ends with its head: a client would take a body for the next answer.
    Task<beast::error_code> send(http::response_serializer<http::string_body>& serializer) {
        stream_.expires_after(limits_.stall_limit);
        if (parser_->get().method() == http::verb::head) {
            auto [failure, n] = co_await http::async_write_header(stream_, serializer, kAwait);
            co_return failure;
        }
        auto [failure, n] = co_await http::async_write(stream_, serializer, kAwait);
        co_return failure;
    }

    bool body_done() const { return parser_->is_done(); }

    // Closing with unread input makes the kernel reset the connection, and the client may lose our answer.
    Task<void> linger() {
        beast::error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        Bytes scrap(64 * 1024);
        stream_.expires_after(kLingerTime);
        for (bool open = true; open;) {
            auto into = asio::buffer(scrap);
            auto [failure, n] = co_await stream_.async_read_some(into, kAwait);
            open = !failure;
        }
        keep_alive_ = false;
    }

    template <class Response>
    void set_common(Response& response) const {
        response.set(http::field::cache_control, "no-store");
        response.set("X-Content-Type-Options", "nosniff");
        response.keep_alive(keep_alive_);
    }

    Error broke_off(beast::error_code failure) {
        keep_alive_ = false;
        if (failure == beast::error::timeout)
            return error(Code::timed_out, "the connection stood still for too long");
        return error(Code::unreachable, "the connection broke off: " + failure.message());
    }

    beast::tcp_stream stream_;
    const ApiConfig& limits_;
    const std::string& token_;
    const Route& route_;
    beast::flat_buffer buffer_{kBodyChunk};
    std::optional<Parser> parser_;
    std::uint64_t file_left_ = 0;
    bool keep_alive_ = true;
    bool welcomed_ = false;
};

}  // namespace

Task<void> answer_json(Exchange& exchange, unsigned status, boost::json::object body) {
    auto text = boost::json::serialize(body);
    co_await exchange.answer(status, std::move(text));
}

Task<void> answer_error(Exchange& exchange, Error why) {
    auto text = boost::json::serialize(error_json(why));
    co_await exchange.answer(http_status_of(why.code), std::move(text));
}

std::shared_ptr<Connection> make_connection(asio::ip::tcp::socket socket, const ApiConfig& limits,
                                            const std::string& token, const Connection::Route& route) {
    return std::make_shared<HttpConnection>(std::move(socket), limits, token, route);
}

}  // namespace catacomb::node::api
