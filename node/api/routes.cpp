#include "node/api/routes.hpp"

#include "base/log.hpp"
#include "node/api/status.hpp"

namespace catacomb::node::api {
namespace {

Answer no_such_thing() {
    return answer_of(
        error(Code::not_found, "the API has no such thing (docs/spec/api.md lists what it has)"));
}

Answer no_such_method(const Exchange& exchange, const std::string& allow) {
    const auto why =
        error(Code::bad_input, concat("the method is not ", exchange.method(), ", but one of ", allow));
    auto out = answer_of(why, 405);
    out.headers.emplace_back("Allow", allow);
    return out;
}

}  // namespace

Routes::Routes(routing::Runtime& runtime, Service& service, const ApiConfig& limits)
    : service_(service),
      transfers_(runtime, service, limits),
      jobs_(runtime, service, transfers_, limits),
      files_(service, transfers_, jobs_),
      router_(table()) {}

std::vector<Router<Routes::Handler>::Row> Routes::table() {
    const auto of = [](auto& owner, auto method) -> Handler {
        return [&owner, method](Exchange& exchange, const Call& call) {
            return (owner.*method)(exchange, call);
        };
    };
    using enum Router<Handler>::Head;
    return {
        {"GET", "/v1/status", of(*this, &Routes::tell_status)},
        {"GET", "/v1/circuits", of(*this, &Routes::tell_circuits)},
        {"GET", "/v1/jobs", of(jobs_, &Jobs::list)},
        {"POST", "/v1/jobs", of(jobs_, &Jobs::create)},
        {"GET", "/v1/jobs/{}", of(jobs_, &Jobs::show)},
        {"DELETE", "/v1/jobs/{}", of(jobs_, &Jobs::cancel)},
        {"PUT", "/v1/jobs/{}/content", of(files_, &Files::put_content)},
        {"GET", "/v1/jobs/{}/content", of(files_, &Files::get_content), none},  // it goes once
        {"POST", "/v1/files", of(files_, &Files::insert)},
        {"GET", "/v1/files/{}", of(files_, &Files::get)},
    };
}

Task<void> Routes::handle(Exchange& exchange) {
    const auto found = router_.find(exchange.method(), exchange.target());
    if (found.handler) {
        co_await (*found.handler)(exchange, found.call);
        co_return;
    }
    auto answer = found.allow.empty() ? no_such_thing() : no_such_method(exchange, found.allow);
    co_await exchange.answer(std::move(answer));
}

Task<void> Routes::tell_status(Exchange& exchange, const Call&) {
    Answer told{200, status_json(service_.status())};
    co_await exchange.answer(std::move(told));
}

Task<void> Routes::tell_circuits(Exchange& exchange, const Call&) {
    Answer told{200, circuits_json(service_.circuits())};
    co_await exchange.answer(std::move(told));
}

}  // namespace catacomb::node::api
