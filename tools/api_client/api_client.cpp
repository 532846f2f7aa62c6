#include "tools/api_client/api_client.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/pct_string_view.hpp>

#include "base/log.hpp"
#include "node/service.hpp"
#include "tools/api_client/node_address.hpp"

namespace catacomb::cli {
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
namespace {

using Stream = beast::basic_stream<boost::asio::generic::stream_protocol>;

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::size_t kPiece = 64 * 1024;                // the most that Beast reads at once
constexpr std::uint64_t kMaxAnswer = 128 * 1024 * 1024;  // a check of the most segments has 70 MB

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
    Impl(std::shared_ptr<const NodeAddress> node, Duration limit) : node_(std::move(node)), limit_(limit) {}

    Result<json::object> call(std::string_view method, const std::string& target, const json::object& body) {
        auto request = head<http::string_body>(method, target);
        if (!body.empty()) {
            request.set(http::field::content_type, "application/json");
            request.body() = json::serialize(body);
        }
        request.prepare_payload();
        const bool used_before = stream_.has_value();
        auto sent = send(request);
        // The node may have closed a connection that was idle: once more on a new one.
        if (!sent && used_before && sent.error().is(Code::unreachable) && method == "GET")
            sent = send(request);
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
        request.set("X-Catacomb-Offset", "0");
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
        if (!is_ours(parser.get())) return stream_.reset(), node_->is_another();
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

    std::unique_ptr<Impl> another(Duration limit) const { return std::make_unique<Impl>(node_, limit); }
    void set_limit(Duration limit) { limit_ = limit; }

private:
    template <class Body>
    http::request<Body> head(std::string_view method, const std::string& target) const {
        http::request<Body> request;
        request.version(11);
        request.method_string(method);
        request.target(target);
        request.set(http::field::host, "localhost");
        if (!node_->is_local()) request.set(http::field::authorization, "Bearer " + node_->token());
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
        buffer_.reserve(kPiece);
        stream_.emplace(context_);
        const auto failure = run([&](auto done) { stream_->async_connect(node_->endpoint(), done); });
        if (!failure) return ok();
        stream_.reset();
        return node_->not_reached(failure);
    }

    // What went wrong on the way, by what it most likely means.
    Error as_error(beast::error_code failure) const {
        if (failure == beast::error::timeout) return node_->is_silent();
        const bool gone = failure == http::error::end_of_stream || failure == http::error::partial_message;
        const auto& not_http = make_error_code(http::error::bad_method).category();
        if (failure.category() == not_http && !gone && !node_->is_local()) return node_->is_another();
        return error(Code::unreachable, "the connection to the node broke off: " + failure.message());
    }

    // Another program may have the port that a node left behind; so may another user's node.
    template <class Response>
    bool is_ours(const Response& response) const {
        if (node_->is_local()) return true;
        return response[http::field::server].starts_with("catacomb/") &&
               response.result() != http::status::unauthorized;
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
        if (!is_ours(response)) return stream_.reset(), node_->is_another();
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

    const std::shared_ptr<const NodeAddress> node_;
    Duration limit_;
    boost::asio::io_context context_;
    std::optional<Stream> stream_;
    beast::flat_buffer buffer_;
};

ApiClient::ApiClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

Result<ApiClient> ApiClient::open(std::filesystem::path data_dir, Duration limit) {
    auto found = NodeAddress::find(std::move(data_dir));
    if (!found) return found.error();
    auto node = std::make_shared<const NodeAddress>(std::move(*found));
    return ApiClient(std::make_unique<Impl>(std::move(node), limit));
}

void ApiClient::set_limit(Duration limit) { impl_->set_limit(limit); }
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
