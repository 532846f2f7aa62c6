#include "routing/membership/attentive_caller.hpp"

namespace catacomb::routing {
namespace {

// A rendezvous asks its vaults.
Answers answers(Method method) {
    const bool asks = method == Method::store || method == Method::fetch || method == Method::renew;
    return asks ? Answers::for_others : Answers::alone;
}

}  // namespace

Task<Result<Bytes>> AttentiveCaller::call(DescriptorPtr peer, Method method, Bytes body, Time deadline) {
    const auto began = runtime_.now();
    auto answer = co_await calls_.call(peer, method, std::move(body), deadline);
    const auto now = runtime_.now();
    const auto failure = answer ? std::nullopt : std::optional(answer.error().code);
    view_.heard(peer->id, heard_from(failure, now - began, answers(method)), now);
    co_return answer;
}

}  // namespace catacomb::routing
