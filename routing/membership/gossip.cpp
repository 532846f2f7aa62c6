#include "routing/membership/gossip.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "routing/backoff.hpp"

namespace catacomb::routing {
namespace {

constexpr Duration kPeriod = seconds(10);
constexpr Duration kQuickPeriod = milliseconds(200);
constexpr Duration kAnswerWithin = seconds(5);
constexpr Duration kIntroducedWithin = seconds(5);
constexpr std::size_t kOthersAtOnce = 8;  // of our last life, in one round
constexpr Duration kShortestBootstrapWait = milliseconds(500);
constexpr Duration kLongestBootstrapWait = seconds(60);

}  // namespace

Gossip::Gossip(Parts parts)
    : parts_(std::move(parts)),
      rng_(parts_.runtime.rng().split("gossip")),
      first_round_gate_(parts_.runtime),
      news_(parts_.runtime),
      tasks_(parts_.runtime) {
    refresh_own();
    if (!parts_.server) return;
    parts_.server->serve(
        Method::gossip, [this](RpcPeer from, Bytes body) { return serve(std::move(from), std::move(body)); });
}

void Gossip::start() {
    tasks_.spawn(run());
    tasks_.spawn(bootstrap());
}

Task<void> Gossip::first_round() {
    while (!first_round_over_ && !parts_.runtime.closing()) co_await first_round_gate_.wait(kNever);
}

void Gossip::end_first_round() {
    first_round_over_ = true;
    first_round_gate_.open();
}

Task<void> Gossip::run() {
    auto& runtime = parts_.runtime;
    while (!runtime.closing()) {
        parts_.view.expire(runtime.now());
        refresh_own();
        const auto before = parts_.view.version();
        if (auto partner = choose_partner()) {
            const auto done = co_await exchange(std::move(partner));
            // Among thousands some change all the time.
            const auto few = parts_.view.size() / 100;
            settled_ = done && *done <= few && parts_.view.version() - before <= 2 * few;
            if (done) end_first_round();
        }
        const auto next = runtime.now() + jittered(settled_ ? kPeriod : kQuickPeriod, *rng_);
        co_await news_.wait(next);
    }
}

// Keeps trying the bootstrap addresses at which the view knows nobody, with growing pauses: also when others
// are known, since two networks that were born apart have nobody else to meet through.
Task<void> Gossip::bootstrap() {
    auto& runtime = parts_.runtime;
    Backoff wait(kShortestBootstrapWait, kLongestBootstrapWait);
    while (!runtime.closing()) {
        const bool met = co_await try_strangers();
        if (runtime.closing()) break;
        if (met) wait.reset();
        if (!choose_partner()) {
            end_first_round();
            if (!parts_.bootstrap.empty()) tell_who_does_not_answer(wait.about());
        }
        const auto pause = wait.next(*rng_);
        co_await sleep_for(runtime, pause);
    }
}

void Gossip::tell_who_does_not_answer(Duration pause) const {
    const auto again = concat("; trying again in about ", in_seconds(pause), " s");
    if (refusal_) {
        log_warning("gossip", "bootstrap relays answer, but none can be used: ", refusal_->message, again);
    } else {
        log_warning("gossip", "none of the ", parts_.bootstrap.size(), " bootstrap relays answers", again);
    }
}

// While nobody is known, first the guards of our last life, which know us; last, when no bootstrap relay
// answers either, others that we met then.
Task<bool> Gossip::try_strangers() {
    refusal_.reset();
    const bool alone = !choose_partner();
    if (alone) {
        auto guards = parts_.known.guards;
        co_await meet_any(std::move(guards), true);
    }
    bool any = false;
    if (needs_strangers()) {
        auto addresses = strangers();
        rng_->shuffle(addresses);
        any = co_await meet_any(std::move(addresses), false);
    }
    if (!parts_.runtime.closing() && !choose_partner()) {
        auto others = parts_.known.others;
        rng_->shuffle(others);
        if (others.size() > kOthersAtOnce) others.resize(kOthersAtOnce);
        any = co_await meet_any(std::move(others), true);
    }
    co_return any || (alone && choose_partner());
}

// Two networks that were born apart have only their relays to meet by; a client that has a partner shows its
// address to nobody else.
bool Gossip::needs_strangers() { return parts_.own || !choose_partner(); }

Task<bool> Gossip::meet_any(std::vector<Endpoint> addresses, bool one_is_enough) {
    bool any = false;
    for (const auto& address : addresses) {
        if (any && one_is_enough) break;
        const auto deadline = parts_.runtime.now() + kIntroducedWithin;
        const auto met = co_await parts_.introducer.introduce(address, deadline);
        if (parts_.runtime.closing()) break;
        if (!met) {
            log_debug("gossip", "the relay at ", address.text(), ": ", met.error().text());
            if (met.error().is(Code::refused)) refusal_ = met.error();
            continue;
        }
        any = true;
        parts_.view.insert(*met, parts_.runtime.now());
        parts_.view.heard((*met)->id, Heard::answer, parts_.runtime.now());
        settled_ = false;
        news_.open();
    }
    co_return any;
}

// Bootstrap addresses that no live relay we know of, ourselves included, has.
std::vector<Endpoint> Gossip::strangers() const {
    auto out = parts_.bootstrap;
    for (const auto& relay : parts_.view.live(parts_.runtime.now()))
        for (const auto& address : relay->addresses) std::erase(out, address);
    return out;
}

Task<Result<std::size_t>> Gossip::exchange(DescriptorPtr with) {
    const AskForGossip ask = [this, with](Bytes request) {
        return parts_.caller.call(with, Method::gossip, std::move(request),
                                  parts_.runtime.now() + kAnswerWithin);
    };
    const bool push = parts_.own != nullptr;
    co_return co_await exchange_views(parts_.view, parts_.intake, with->id, ask, push);
}

Task<Result<Bytes>> Gossip::serve(RpcPeer from, Bytes body) {
    auto request = decode_gossip_request(body);
    if (!request) co_return request.error();
    const bool pushes = !request->push.empty() || !request->push_convictions.empty();
    if (!from.relay && pushes) co_return error(Code::refused, "a client pushes nothing");
    if (from.relay) {
        parts_.view.insert(from.relay, parts_.runtime.now());
        take_as_witness(parts_.view, *request, from.relay->id);
    }
    const auto answer = gossip_answer(parts_.view, *request);
    if (pushes && pushing_.insert(from.relay->id).second)
        tasks_.spawn(take_pushed(from.relay->id, std::move(*request)));
    co_return encode_gossip_answer(answer);
}

// Not before the answer: to check what is new may take longer than anybody waits, and we would be suspect. Of
// one relay one push at a time; what it pushes meanwhile comes again.
Task<void> Gossip::take_pushed(NodeId by, GossipRequest request) {
    const auto before = parts_.view.version();
    const auto source = ProofSource::relay(by);
    co_await parts_.intake.admit_convictions(std::move(request.push_convictions), source);
    co_await parts_.intake.admit(std::move(request.push), source, by);
    pushing_.erase(by);
    if (parts_.view.version() == before || !settled_) co_return;
    settled_ = false;
    news_.open();
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
    if (!parts_.own) return;
    parts_.view.insert(parts_.own->current(parts_.runtime.now()), parts_.runtime.now());
    if (parts_.view.find(parts_.own->id())) parts_.view.vouch(parts_.own->id());
}

}  // namespace catacomb::routing
