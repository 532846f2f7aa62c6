#include "node/circuits/second_opinion.hpp"

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/messages.hpp"

namespace catacomb::node {
namespace {

constexpr Duration kLookPeriod = milliseconds(500);
constexpr Duration kFirstPause = milliseconds(500);  // while a guard waits to be chosen
constexpr Duration kFewWaiting = minutes(1);
constexpr Duration kNoneWaiting = minutes(10);
constexpr Duration kWithin = seconds(30);  // circuit and exchange

using routing::DescriptorPtr;

// One message over a stream of its own.
Task<Result<Bytes>> ask_over(CircuitPtr circuit, Bytes request, Time deadline) {
    auto stream = circuit->open_stream();
    if (!stream) co_return stream.error();
    auto message = with_kind(Kind::gossip, std::move(request));
    auto sent = co_await (*stream)->send(std::move(message), true, deadline);
    if (!sent) co_return sent.error();
    auto bytes = co_await (*stream)->receive(deadline);
    if (!bytes) co_return bytes.error();
    auto answer = split_answer(std::move(*bytes));
    if (!answer) co_return answer.error();
    if (answer->kind != Kind::answer) co_return error(Code::malformed);
    co_return std::move(answer->body);
}

}  // namespace

Time OpinionPace::next(std::size_t waiting, bool has_guard, Time ended) const {
    if (ended == Time{} && failures_ == 0) return ended;
    if (failures_ > 0 || (!has_guard && waiting > 0)) return ended + kFirstPause * (1 << failures_);
    return ended + (waiting > 0 ? kFewWaiting : kNoneWaiting);
}

SecondOpinion::SecondOpinion(Parts parts)
    : parts_(std::move(parts)), rng_(parts_.runtime.rng().split("second opinion")), tasks_(parts_.runtime) {}

Task<void> SecondOpinion::run() {
    auto& runtime = parts_.runtime;
    Time ended{};
    for (;;) {
        const bool slept = co_await routing::sleep_for(runtime, kLookPeriod);
        if (!slept) co_return;
        const auto now = runtime.now();
        if (now < pace_.next(parts_.view.waiting(now), parts_.paths.has_guard(), ended)) continue;
        const auto outcome = co_await ask();
        if (outcome == Outcome::nobody_to_ask) continue;
        pace_.asked(outcome == Outcome::answered);
        ended = runtime.now();
    }
}

Task<SecondOpinion::Outcome> SecondOpinion::ask() {
    auto& runtime = parts_.runtime;
    const auto partners = parts_.partners();
    // What the first can tell is asked of the first.
    if (partners.empty() || !parts_.paths.is_settled()) co_return Outcome::nobody_to_ask;
    const auto way = rng_->pick(partners)->id;
    const auto other = choose(way);
    if (!other) co_return Outcome::nobody_to_ask;
    const auto deadline = runtime.now() + kWithin;
    auto built = co_await parts_.paths.build_unwitnessed(way, other->id, deadline);
    if (!built) co_return Outcome::no_answer;
    const auto circuit = *built;
    const routing::AskForGossip ask = [circuit, deadline](Bytes request) {
        return ask_over(circuit, std::move(request), deadline);
    };
    const auto news = co_await routing::exchange_views(parts_.view, parts_.intake, other->id, ask, false);
    circuit->close();
    if (!news) log_debug("opinion", other->id.brief(), ": ", news.error().text());
    if (news) last_ = other->id;
    co_return news ? Outcome::answered : Outcome::no_answer;
}

// Neither the one by way of whom we ask nor whom we asked last.
DescriptorPtr SecondOpinion::choose(const routing::NodeId& way) {
    auto relays = parts_.view.live(parts_.runtime.now());
    std::erase_if(relays, [&](const auto& relay) { return relay->id == way || relay->id == last_; });
    return relays.empty() ? nullptr : rng_->pick(relays);
}

Task<void> serve_opinion(const routing::View& view, routing::CircuitStreamPtr stream, Bytes request) {
    const auto asked = routing::decode_gossip_request(request);
    if (!asked || !asked->push.empty() || !asked->push_convictions.empty()) co_return;
    auto answer = routing::encode_gossip_answer(routing::gossip_answer(view, *asked));
    if (answer.size() >= routing::StreamLimits{}.message_bytes) co_return;
    auto message = with_kind(Kind::answer, std::move(answer));
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
