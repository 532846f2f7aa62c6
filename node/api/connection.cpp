#include "node/api/connection.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "base/log.hpp"

namespace catacomb::node::api {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kBodyChunk = 256 * 1024;
// Who has not shown the token has no reason to be slow.
constexpr Duration kStrangerLimit = seconds(10);

bool is_not_http(beast::error_code failure) {
    return failure.category() == make_error_code(http::error::bad_method).category() &&
           failure != http::error::end_of_stream && failure != http::error::partial_message;
}

class HttpConnection final : public Connection, public Exchange {
public:
    HttpConnection(Socket socket, Door door, const Shared& shared, std::function<void()> known)
        : stream_(std::move(socket), shared.limits), door_(door), shared_(shared), known_(std::move(known)) {}

    Task<void> serve() override {
        while (keep_alive_) {
            const bool came = co_await read_head();
            if (came) co_await serve_request();
            if (!stream_.body_done() && (came || answered_)) {
                co_await stream_.linger();
                keep_alive_ = false;
            }
        }
        stream_.close();
    }

    void stop() override {
        keep_alive_ = false;
        stream_.close();
    }

    std::string_view method() const override { return std::string_view(stream_.request().method_string()); }
    std::string_view target() const override { return std::string_view(stream_.request().target()); }
    std::string_view header(std::string_view name) const override {
        const auto found = stream_.request().find(name);
        return found == stream_.request().end() ? std::string_view() : std::string_view(found->value());
    }

    Task<Result<Bytes>> read_body() override {
        co_await welcome_body();
        Bytes chunk(kBodyChunk);
        std::size_t filled = 0;
        const auto failure = co_await stream_.read_body(chunk, filled);
        if (failure) co_return broke_off(failure);
        chunk.resize(filled);
        co_return chunk;
    }

    Task<bool> answer(Answer what) override {
        answered_ = true;
        if (!stream_.body_done()) keep_alive_ = false;
        HttpStream::Response response(static_cast<http::status>(what.status), 11);
        response.set(http::field::content_type, "application/json");
        for (const auto& [name, value] : what.headers) response.set(name, value);
        set_common(response);
        response.body() = boost::json::serialize(what.body);
        response.body() += '\n';
        response.prepare_payload();
        // A client would take a body after the answer to HEAD for the next answer.
        const auto failure = co_await stream_.write(response, is_head());
        if (failure) keep_alive_ = false;
        co_return !failure;
    }

    Task<Result<>> begin_file(const GetReport& file, JobId job) override {
        answered_ = true;
        HttpStream::Head head(http::status::ok, 11);
        head.set(http::field::content_type, "application/octet-stream");
        head.set("X-Catacomb-Job", text_of(job));
        if (!file.name.empty()) {
            const auto name = boost::urls::encode(file.name, boost::urls::unreserved_chars);
            head.set("X-Catacomb-Name", name);
            head.set(http::field::content_disposition, "attachment; filename*=UTF-8''" + name);
        }
        set_common(head);
        head.content_length(file.size);
        file_left_ = is_head() ? 0 : file.size;
        // Restored by the last byte: less than announced must close.
        keep_alive_ = keep_alive_ && file_left_ == 0;
        const auto failure = co_await stream_.write_head(head);
        if (failure) co_return broke_off(failure);
        co_return ok();
    }

    Task<Result<>> write(Bytes chunk) override {
        if (chunk.size() > file_left_) co_return error(Code::corrupt, "the file is longer than it said");
        const auto failure = co_await stream_.write_bytes(chunk);
        if (failure) co_return broke_off(failure);
        file_left_ -= chunk.size();
        if (file_left_ == 0) keep_alive_ = stream_.request().keep_alive();
        co_return ok();
    }

private:
    Task<bool> read_head() {
        welcomed_ = answered_ = false;
        const auto& idle = shared_.limits.idle_limit;
        const auto failure = co_await stream_.read_head(known_ ? std::min(idle, kStrangerLimit) : idle);
        if (!failure) {
            keep_alive_ = keep_alive_ && stream_.request().keep_alive();
            co_return true;
        }
        keep_alive_ = false;
        if (is_not_http(failure)) {
            const bool too_long = failure == http::error::header_limit;
            const auto why = too_long ? error(Code::limit, "the request's head is too long")
                                      : error(Code::malformed, "that is no HTTP: " + failure.message());
            auto refusal = answer_of(why, too_long ? 431 : 400);
            co_await answer(std::move(refusal));
        }
        co_return false;
    }

    Task<void> serve_request() {
        const Credentials from{header("Host"), header("Origin"), header("Authorization")};
        const auto refusal = refuse(door_, from, shared_.token);
        if (!refusal) {
            if (const auto known = std::exchange(known_, nullptr)) known();
            co_await shared_.route(*this);
            co_return;
        }
        keep_alive_ = false;
        auto told = answer_of(refusal->why, refusal->status);
        if (refusal->status == 401) told.headers.emplace_back("WWW-Authenticate", "Bearer");
        co_await answer(std::move(told));
    }

    // "Expect: 100-continue": the client waits for a word before it sends its body (curl does).
    Task<void> welcome_body() {
        if (welcomed_) co_return;
        welcomed_ = true;
        if (!beast::iequals(header("Expect"), "100-continue")) co_return;
        HttpStream::Head head(http::status::continue_, 11);
        const auto failure = co_await stream_.write_head(head);
        if (failure) keep_alive_ = false;
    }

    template <class Response>
    void set_common(Response& response) const {
        response.set(http::field::server, "catacomb/" CATACOMB_VERSION);
        response.set(http::field::cache_control, "no-store");
        response.set("X-Content-Type-Options", "nosniff");
        response.keep_alive(keep_alive_);
    }

    Error broke_off(beast::error_code failure) {
        keep_alive_ = false;
        if (failure == beast::error::timeout)
            return error(Code::timed_out, "the connection stood still for too long");
        if (is_not_http(failure)) return error(Code::malformed, "that is no HTTP: " + failure.message());
        return error(Code::unreachable, "the connection broke off: " + failure.message());
    }

    HttpStream stream_;
    const Door door_;
    const Shared& shared_;
    std::function<void()> known_;  // until it was called
    std::uint64_t file_left_ = 0;
    bool keep_alive_ = true;
    bool welcomed_ = false;
    bool answered_ = false;
};

}  // namespace

std::shared_ptr<Connection> make_connection(Socket socket, Door door, const Connection::Shared& shared,
                                            std::function<void()> known) {
    return std::make_shared<HttpConnection>(std::move(socket), door, shared, std::move(known));
}

}  // namespace catacomb::node::api
