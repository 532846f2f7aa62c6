#include "node/api/files.hpp"

#include "base/log.hpp"
#include "node/config/setting_values.hpp"

namespace catacomb::node::api {
namespace {

constexpr std::size_t kFileChunk = 1024 * 1024;

// A form's envelope would be stored with the file.
std::optional<Answer> refuse_form(const Exchange& exchange) {
    constexpr std::string_view kForm = "multipart/";
    if (exchange.header("Content-Type").substr(0, kForm.size()) != kForm) return std::nullopt;
    const auto why = error(Code::bad_input,
                           "the body must be the file itself, not a form: with curl, -T FILE instead of -F");
    return answer_of(why, 415);
}

Result<std::uint64_t> offset_in(const Exchange& exchange) {
    std::uint64_t offset = 0;
    const auto text = exchange.header("X-Catacomb-Offset");
    if (!text.empty() && !parse(text, offset))
        return error(Code::bad_input, "X-Catacomb-Offset is not a whole number");
    return offset;
}

}  // namespace

Task<void> Files::put_content(Exchange& exchange, const Call& call) {
    if (auto refusal = refuse_form(exchange)) {
        co_await exchange.answer(std::move(*refusal));
        co_return;
    }
    const auto id = job_in(call);
    const auto offset = offset_in(exchange);
    if (!id || !offset) {
        auto why = id ? offset.error() : id.error();
        co_await answer_error(exchange, std::move(why));
        co_return;
    }
    auto pipe = transfers_.take_upload(*id, *offset);
    if (!pipe) {
        auto refusal = answer_of(pipe.error());
        if (const auto has = transfers_.offset_of(*id)) refusal.body["offset"] = *has;
        co_await exchange.answer(std::move(refusal));
        co_return;
    }
    const auto sent = co_await upload(exchange, std::move(*pipe));
    // A job that ended early is told by its own failure, which says more than the pipe's.
    if (sent) {
        co_await jobs_.answer(exchange, *id, 200);
    } else {
        co_await jobs_.answer_ended(exchange, *id);
    }
}

Task<void> Files::get_content(Exchange& exchange, const Call& call) {
    const auto id = job_in(call);
    auto pipe = id ? transfers_.take_download(*id) : Result<Transfers::PipePtr>(id.error());
    if (!pipe) {
        co_await answer_error(exchange, pipe.error());
        co_return;
    }
    co_await download(exchange, *id, std::move(*pipe));
}

Task<void> Files::insert(Exchange& exchange, const Call&) {
    if (auto refusal = refuse_form(exchange)) {
        co_await exchange.answer(std::move(*refusal));
        co_return;
    }
    const InsertHeaders headers{exchange.header("X-Catacomb-Name"), exchange.header("X-Catacomb-Hash"),
                                exchange.header("X-Catacomb-Size"), exchange.header("X-Catacomb-Convergent")};
    auto options = parse_insert_headers(headers);
    if (!options) {
        co_await answer_error(exchange, options.error());
        co_return;
    }
    auto begun = transfers_.begin_attached(std::move(*options));
    if (!begun) {
        co_await answer_error(exchange, begun.error());
        co_return;
    }
    co_await upload(exchange, std::move(begun->second));
    co_await jobs_.answer_ended(exchange, begun->first);
}

Task<void> Files::get(Exchange& exchange, const Call& call) {
    auto begun = transfers_.begin_attached(call.arguments.at(0));
    if (!begun) {
        co_await answer_error(exchange, begun.error());
        co_return;
    }
    co_await download(exchange, begun->first, std::move(begun->second));
}

// The client's body into the pipe. When either side breaks, so does the other.
Task<Result<>> Files::upload(Exchange& exchange, Transfers::PipePtr pipe) {
    while (true) {
        auto chunk = co_await exchange.read_body();
        if (!chunk) {
            pipe->fail(chunk.error());
            co_return chunk.error();
        }
        if (chunk->empty()) break;
        auto pushed = co_await pipe->push(std::move(*chunk));
        if (!pushed) co_return pushed.error();
    }
    pipe->finish();
    co_return ok();
}

Task<void> Files::download(Exchange& exchange, JobId id, Transfers::PipePtr pipe) {
    const auto file = co_await pipe->begun();
    if (!file) {
        co_await jobs_.answer_ended(exchange, id);
        co_return;
    }
    auto sent = co_await exchange.begin_file(*file, id);
    if (sent && exchange.is_head()) sent = error(Code::closed, "only the head was asked for");
    while (sent) {
        auto chunk = co_await pipe->pull(kFileChunk);
        if (!chunk || chunk->empty()) co_return;
        sent = co_await exchange.write(std::move(*chunk));
    }
    pipe->fail(sent.error());
    static_cast<void>(service_.cancel(id));  // it may have ended meanwhile
}

}  // namespace catacomb::node::api
