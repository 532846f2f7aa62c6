#include "tools/api_client/api_client.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/pct_string_view.hpp>
#include <cerrno>
#include <charconv>
#include <fstream>

#include "base/log.hpp"
#include "node/service.hpp"

namespace catacomb::cli {
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using boost::asio::ip::tcp;
namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::uint64_t kMaxAnswer = 128 * 1024 * 1024;  // a check of the most segments has 70 MB

std::string first_line(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// Why `file`, which a running node writes, says nothing.
Error unreadable(const std::filesystem::path& file) {
    if (::access(file.c_str(), R_OK) != 0 && errno == EACCES) {
        return error(Code::refused,
                     concat("cannot read ", file.string(), ": only the user who runs the node can use it"));
    }
    return error(Code::io, concat(file.string(), " is missing or empty; start the node again"));
}

Error not_running(const std::filesystem::path& data_dir) {
    return error(Code::unreachable,
                 concat("no node is running with the data directory ", data_dir.string(),
                        "; start one with: catacomb --data-dir ", data_dir.string(), " node"));
}

Error as_error(beast::error_code failure) {
    if (failure == beast::error::timeout) return error(Code::timed_out, "the node did not answer in time");
    return error(Code::unreachable, "the connection to the node broke off: " + failure.message());
}

// 0 for what is no port number.
std::uint16_t port_in(const std::filesystem::path& file) {
    const auto text = first_line(file);
    std::uint16_t port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

}  // namespace

Error error_from_json(const json::object& failure) {
    const auto text = [&](const char* name) {
        const auto* value = failure.if_contains(name);
        const auto* string = value ? value->if_string() : nullptr;
        return string ? std::string(*string) : std::string();
    };
    return error(node::code_named(text("code")).value_or(Code::io), text("message"));
}

class ApiClient::Impl {
public:
    Impl(std::filesystem::path data_dir, std::uint16_t port, std::string token, Duration limit)
        : data_dir_(std::move(data_dir)), port_(port), token_(std::move(token)), limit_(limit) {}

    Result<json::object> call(std::string_view method, const std::string& target, const json::object& body) {
        auto request = head<http::string_body>(method, target);
        if (!body.empty()) {
            request.set(http::field::content_type, "application/json");
            request.body() = json::serialize(body);
        }
        request.prepare_payload();
        auto sent = send(request);
        // The node may have closed a connection that was idle: once more on a new one.
        if (!sent && sent.error().is(Code::unreachable) && method == "GET") sent = send(request);
        return sent;
    }

    Result<json::object> upload(const std::string& target, std::optional<std::uint64_t> size,
                                const Reader& from) {
        auto request = head<http::buffer_body>("PUT", target);
        if (size) {
            request.content_length(*size);
        } else {
            request.chunked(true);
        }
        request.body().data = nullptr;
        request.body().more = true;
        http::request_serializer<http::buffer_body> serializer(request);
        if (auto ready = connect(); !ready) return ready.error();
        auto failure = run([&](auto done) { http::async_write_header(*stream_, serializer, done); });
        Bytes chunk(kChunk);
        while (!failure && request.body().more) {
            const auto n = from(chunk);
            if (!n) return stream_.reset(), n.error();
            request.body().data = *n == 0 ? nullptr : chunk.data();
            request.body().size = *n;
            request.body().more = *n > 0;
            failure = run([&](auto done) { http::async_write(*stream_, serializer, done); });
            if (failure == http::error::need_buffer) failure = {};
        }
        // Also when writing failed: the node answers before it stops listening.
        auto answered = read_answer();
        if (!answered && failure) return stream_.reset(), as_error(failure);
        return answered;
    }

    Result<> download(const std::string& target, const OnHead& on_head, const OnBytes& on_bytes) {
        auto request = head<http::empty_body>("GET", target);
        if (auto ready = connect(); !ready) return ready.error();
        auto failure = run([&](auto done) { http::async_write(*stream_, request, done); });
        http::response_parser<http::buffer_body> parser;
        parser.body_limit(boost::none);
        if (!failure)
            failure = run([&](auto done) { http::async_read_header(*stream_, buffer_, parser, done); });
        if (failure) return stream_.reset(), as_error(failure);
        if (parser.get().result() != http::status::ok) return failed_answer(parser);
        const auto name =
            boost::urls::make_pct_string_view(std::string_view(parser.get()["X-Catacomb-Name"]));
        const FileHead file{name ? name->decode() : std::string(), parser.content_length().value_or(0)};
        if (auto taken = on_head(file); !taken) return stream_.reset(), taken;
        Bytes chunk(kChunk);
        while (!parser.is_done()) {
            const auto n = read_body(parser, chunk);
            if (!n) return stream_.reset(), n.error();
            if (auto taken = on_bytes(ByteView(chunk).first(*n)); !taken) return stream_.reset(), taken;
        }
        return ok();
    }

    std::unique_ptr<Impl> another(Duration limit) const {
        return std::make_unique<Impl>(data_dir_, port_, token_, limit);
    }

private:
    template <class Body>
    http::request<Body> head(std::string_view method, const std::string& target) const {
        http::request<Body> request;
        request.version(11);
        request.method_string(method);
        request.target(target);
        request.set(http::field::host, "127.0.0.1:" + std::to_string(port_));
        request.set(http::field::authorization, "Bearer " + token_);
        return request;
    }

    // Starts one asynchronous operation and runs it to its end, or to the limit.
    template <class Start>
    beast::error_code run(const Start& start) {
        beast::error_code out;
        stream_->expires_after(limit_);
        start([&out](beast::error_code failure, auto...) { out = failure; });
        context_.restart();
        context_.run();
        return out;
    }

    Result<> connect() {
        if (stream_) return ok();
        buffer_.clear();
        stream_.emplace(context_);
        const tcp::endpoint node(boost::asio::ip::address_v4::loopback(), port_);
        const auto failure = run([&](auto done) { stream_->async_connect(node, done); });
        if (!failure) {
            beast::error_code ignored;
            stream_->socket().set_option(tcp::no_delay(true), ignored);
            return ok();
        }
        stream_.reset();
        return not_running(data_dir_);
    }

    Result<json::object> send(http::request<http::string_body>& request) {
        if (auto ready = connect(); !ready) return ready.error();
        const auto failure = run([&](auto done) { http::async_write(*stream_, request, done); });
        if (failure) return stream_.reset(), as_error(failure);
        return read_answer();
    }

    Result<json::object> read_answer() {
        http::response_parser<http::string_body> parser;
        parser.body_limit(kMaxAnswer);
        const auto failure = run([&](auto done) { http::async_read(*stream_, buffer_, parser, done); });
        if (failure) return stream_.reset(), as_error(failure);
        const auto response = parser.release();
        if (!response.keep_alive()) stream_.reset();
        return parse_answer(response.result_int(), response.body());
    }

    // The failure that stands in place of a file.
    Result<> failed_answer(http::response_parser<http::buffer_body>& parser) {
        const auto status = parser.get().result_int();
        std::string text;
        Bytes chunk(kChunk);
        while (!parser.is_done() && text.size() < kMaxAnswer) {
            const auto n = read_body(parser, chunk);
            if (!n) break;
            text += as_text(ByteView(chunk).first(*n));
        }
        stream_.reset();
        auto answer = parse_answer(status, text);
        return answer ? error(Code::malformed, "the node's answer makes no sense") : answer.error();
    }

    Result<std::size_t> read_body(http::response_parser<http::buffer_body>& parser, Bytes& chunk) {
        auto& body = parser.get().body();
        body.data = chunk.data();
        body.size = chunk.size();
        const auto failure = run([&](auto done) { http::async_read(*stream_, buffer_, parser, done); });
        if (failure && failure != http::error::need_buffer) return as_error(failure);
        return chunk.size() - parser.get().body().size;
    }

    static Result<json::object> parse_answer(unsigned status, const std::string& text) {
        json::error_code failure;
        auto value = json::parse(text, failure);
        if (failure || !value.is_object())
            return error(Code::malformed, "the node's answer is not a JSON object");
        auto& object = value.get_object();
        if (status < 300) return std::move(object);
        const auto* told = object.if_contains("error");
        if (told && told->is_object()) return error_from_json(told->get_object());
        return error(Code::io, concat("the node answered with HTTP status ", status));
    }

    const std::filesystem::path data_dir_;
    const std::uint16_t port_;
    const std::string token_;
    const Duration limit_;
    boost::asio::io_context context_;
    std::optional<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::open(std::filesystem::path data_dir, Duration limit) {
    // In this order: a starting node removes an old port file before it writes a new token, so a valid token
    // is never sent to whoever holds the old port now.
    auto token = first_line(data_dir / "api.token");
    const auto port = port_in(data_dir / "api.port");
    std::error_code ignored;
    if (port == 0) {
        const auto file = data_dir / "api.port";
        return std::filesystem::exists(file, ignored) ? unreadable(file) : not_running(data_dir);
    }
    if (token.empty()) return unreadable(data_dir / "api.token");
    return ApiClient(std::make_unique<Impl>(std::move(data_dir), port, std::move(token), limit));
}

ApiClient ApiClient::another(Duration limit) const { return ApiClient(impl_->another(limit)); }

Result<json::object> ApiClient::call(std::string_view method, const std::string& target,
                                     const json::object& body) {
    return impl_->call(method, target, body);
}
Result<json::object> ApiClient::upload(const std::string& target, std::optional<std::uint64_t> size,
                                       const Reader& from) {
    return impl_->upload(target, size, from);
}
Result<> ApiClient::download(const std::string& target, const OnHead& on_head, const OnBytes& on_bytes) {
    return impl_->download(target, on_head, on_bytes);
}

}  // namespace catacomb::cli
