#include "routing/membership/exchange.hpp"

namespace catacomb::routing {
namespace {

// A first exchange with a full view takes about 40 messages of descriptors.
constexpr unsigned kMaxMessages = 64;

Task<Result<GossipAnswer>> request(const View& view, const AskForGossip& ask, GossipRequest message) {
    auto bytes = encode_gossip_request(message);
    const auto answer = co_await ask(std::move(bytes));
    if (!answer) co_return answer.error();
    co_return decode_gossip_answer(*answer, view.network().view_cap);
}

bool says_nothing(const GossipRequest& message) {
    return message.want.empty() && message.push.empty() && message.push_convictions.empty();
}

}  // namespace

Task<Result<std::size_t>> exchange_views(View& view, Intake& intake, NodeId with, AskForGossip ask,
                                         bool push) {
    const auto opening = gossip_opening(view);
    const auto answer = co_await request(view, ask, opening);
    if (!answer) co_return answer.error();
    take_as_witness(view, opening, *answer, with);
    std::size_t news = 0;
    const auto from = ProofSource::relay(with);
    const std::function<bool(const EntryName&)> declined = [&intake](const EntryName& name) {
        return intake.declined(name);
    };
    for (unsigned messages = 1; messages < kMaxMessages; ++messages) {
        auto next = gossip_follow_up(view, *answer, push, declined);
        if (says_nothing(next)) break;
        if (messages == 1) news = next.want.size() + next.push.size() + next.push_convictions.size();
        const auto wanted = next.want.size();
        push = false;  // what did not fit waits for the next round
        auto more = co_await request(view, ask, std::move(next));
        if (!more) co_return more.error();
        const auto before = view.version();
        co_await intake.admit_convictions(std::move(more->convictions), from);
        const auto admitted = co_await intake.admit(std::move(more->descriptors), from, with);
        if (wanted == 0 || admitted.empty() || view.version() == before) break;
    }
    co_return news;
}

}  // namespace catacomb::routing
