#include "node/api/exchange.hpp"

#include "base/log.hpp"
#include "node/api/job_json.hpp"

namespace catacomb::node::api {

Answer answer_of(const Error& why, unsigned status) { return Answer{status, error_json(why)}; }
Answer answer_of(const Error& why) { return answer_of(why, http_status_of(why.code)); }

Task<Result<std::string>> read_text(Exchange& exchange, std::size_t at_most) {
    std::string text;
    while (true) {
        auto chunk = co_await exchange.read_body();
        if (!chunk) co_return chunk.error();
        if (chunk->empty()) co_return text;
        if (text.size() + chunk->size() > at_most) {
            co_return error(Code::limit, concat("the request's body is over ", at_most, " bytes"));
        }
        text += as_text(*chunk);
    }
}

Task<bool> answer_error(Exchange& exchange, Error why) {
    auto answer = answer_of(why);
    co_return co_await exchange.answer(std::move(answer));
}

}  // namespace catacomb::node::api
