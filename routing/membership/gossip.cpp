#include "routing/membership/gossip.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "routing/jitter.hpp"

namespace catacomb::routing {
namespace {

constexpr Duration kPeriod = seconds(10);
constexpr Duration kQuickPeriod = milliseconds(500);
constexpr Duration kAnswerWithin = seconds(5);
constexpr Duration kIntroducedWithin = seconds(5);
constexpr Duration kShortestBootstrapWait = milliseconds(500);
constexpr Duration kLongestBootstrapWait = seconds(60);
// A first exchange with a full view takes about 40 messages of descriptors.
constexpr unsigned kMaxMessagesPerExchange = 64;

}  // namespace

Gossip::Gossip(Parts parts)
    : parts_(std::move(parts)),
      rng_(parts_.runtime.rng().split("gossip")),
      first_round_gate_(parts_.runtime),
      tasks_(parts_.runtime),
      bootstrap_wait_(kShortestBootstrapWait) {
    refresh_own();
    if (!parts_.server) return;
    parts_.server->serve(
        Method::gossip, [this](RpcPeer from, Bytes body) { return serve(std::move(from), std::move(body)); });
}

void Gossip::start() { tasks_.spawn(run()); }

Task<void> Gossip::first_round() {
    while (!first_round_over_ && !parts_.runtime.closing()) co_await first_round_gate_.wait(kNever);
}

Task<void> Gossip::run() {
    auto& runtime = parts_.runtime;
    while (!runtime.closing()) {
        parts_.view.expire(runtime.now());
        refresh_own();
        const auto before = parts_.view.version();
        auto partner = choose_partner();
        if (partner) {
            const auto done = co_await exchange(std::move(partner));
            settled_ = done && *done == Exchange::nothing_new && parts_.view.version() == before;
        } else {
            partner = co_await bootstrap();
            settled_ = false;
            if (partner) co_await exchange(std::move(partner));
        }
        if (runtime.closing()) break;
        first_round_over_ = true;
        first_round_gate_.open();
        co_await sleep_for(runtime, pause());
    }
    first_round_gate_.open();
}

// One try at every address, in random order, until one answers. Null, and a longer pause, when none does.
Task<DescriptorPtr> Gossip::bootstrap() {
    auto addresses = parts_.bootstrap;
    rng_->shuffle(addresses);
    for (const auto& address : addresses) {
        const auto deadline = parts_.runtime.now() + kIntroducedWithin;
        auto met = co_await parts_.introducer.introduce(address, deadline);
        if (parts_.runtime.closing()) co_return nullptr;
        if (met) {
            parts_.view.insert(*met, parts_.runtime.now());
            parts_.view.clear_suspicion((*met)->id);
            bootstrap_wait_ = kShortestBootstrapWait;
            co_return std::move(*met);
        }
        log_debug("gossip", "bootstrap relay ", address.text(), ": ", met.error().text());
    }
    bootstrap_wait_ = std::min<Duration>(bootstrap_wait_ * 2, kLongestBootstrapWait);
    if (!addresses.empty())
        log_warning("gossip", "none of the ", addresses.size(),
                    " bootstrap relays answers; trying again in about ", bootstrap_wait_ / seconds(1), " s");
    co_return nullptr;
}

Task<Result<Gossip::Exchange>> Gossip::exchange(DescriptorPtr with) {
    auto opening = gossip_opening(parts_.view);
    auto answer = co_await request(with, std::move(opening));
    if (!answer) co_return answer.error();
    auto outcome = Exchange::nothing_new;
    const std::function<bool(std::uint64_t)> declined = [this](std::uint64_t entry) {
        return parts_.intake.declined(entry);
    };
    bool push = parts_.own != nullptr;
    for (unsigned messages = 1; messages < kMaxMessagesPerExchange; ++messages) {
        auto next = gossip_follow_up(parts_.view, *answer, push, declined);
        if (next.want.empty() && next.push.empty()) break;
        outcome = Exchange::something_new;
        const auto wanted = next.want.size();
        push = false;  // what did not fit waits for the next round
        auto more = co_await request(with, std::move(next));
        if (!more) co_return more.error();
        const auto before = parts_.view.version();
        const auto admitted = co_await parts_.intake.admit(std::move(more->descriptors));
        if (wanted == 0 || admitted.empty() || parts_.view.version() == before) break;
    }
    co_return outcome;
}

Task<Result<GossipAnswer>> Gossip::request(DescriptorPtr with, GossipRequest message) {
    auto body = encode_gossip_request(message);
    const auto deadline = parts_.runtime.now() + kAnswerWithin;
    const auto answer = co_await parts_.caller.call(with, Method::gossip, std::move(body), deadline);
    if (answer) {
        parts_.view.clear_suspicion(with->id);
        co_return decode_gossip_answer(*answer, parts_.view.network().view_cap);
    }
    if (answer.error().is(Code::unreachable) || answer.error().is(Code::timed_out))
        parts_.view.suspect(with->id, parts_.runtime.now());
    co_return answer.error();
}

Task<Result<Bytes>> Gossip::serve(RpcPeer from, Bytes body) {
    auto request = decode_gossip_request(body);
    if (!request) co_return request.error();
    if (!from.relay && !request->push.empty()) co_return error(Code::refused, "a client pushes nothing");
    if (from.relay) parts_.view.insert(from.relay, parts_.runtime.now());
    const auto answer = gossip_answer(parts_.view, *request);
    const auto before = parts_.view.version();
    if (!request->push.empty()) co_await parts_.intake.admit(std::move(request->push));
    if (parts_.view.version() != before) settled_ = false;
    co_return encode_gossip_answer(answer);
}

DescriptorPtr Gossip::choose_partner() {
    const auto now = parts_.runtime.now();
    auto relays = parts_.partners ? parts_.partners() : parts_.view.live(now);
    std::erase_if(relays, [&](const DescriptorPtr& relay) { return parts_.view.is_suspect(relay->id, now); });
    if (parts_.own)
        std::erase_if(relays, [&](const DescriptorPtr& relay) { return relay->id == parts_.own->id(); });
    if (relays.empty()) return nullptr;
    return rng_->pick(relays);
}

void Gossip::refresh_own() {
    if (parts_.own) parts_.view.insert(parts_.own->current(parts_.runtime.now()), parts_.runtime.now());
}

Duration Gossip::pause() {
    auto base = settled_ ? kPeriod : kQuickPeriod;
    if (!choose_partner()) base = parts_.bootstrap.empty() ? kPeriod : bootstrap_wait_;
    return jittered(base, *rng_);
}

}  // namespace catacomb::routing
