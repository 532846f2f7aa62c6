#include "routing/ring/ring.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "routing/jitter.hpp"

namespace catacomb::routing {
namespace {

constexpr Duration kAnswerWithin = Finder::kAnswerWithin;
constexpr Duration kJoinAgainAfter = milliseconds(200);
constexpr std::size_t kMaxJoinCandidates = 4;
constexpr std::size_t kFingerCandidates = 16;

bool unreachable(const Error& e) { return e.is(Code::unreachable) || e.is(Code::timed_out); }

}  // namespace

Ring::Ring(Parts parts)
    : parts_(std::move(parts)),
      rng_(parts_.runtime.rng().split("ring")),
      table_(parts_.own.current(parts_.runtime.now()), parts_.view.network().successors),
      finder_({parts_.runtime, parts_.view, parts_.intake, parts_.caller, table_}),
      tasks_(parts_.runtime) {
    serve(Method::ping, &Ring::serve_ping);
    serve(Method::ring_state, &Ring::serve_state);
    serve(Method::ring_notify, &Ring::serve_notify);
    serve(Method::ring_find, &Ring::serve_find);
}

Task<void> Ring::drained() {
    co_await tasks_.drained();
    co_await finder_.drained();
}

void Ring::start() { tasks_.spawn(run()); }

bool Ring::complete() const {
    const auto live = parts_.view.live(parts_.runtime.now());
    const auto others = std::count_if(
        live.begin(), live.end(), [this](const DescriptorPtr& relay) { return relay->id != table_.id(); });
    return joined_ && table_.successors().size() >= std::min(table_.r(), static_cast<std::size_t>(others));
}

// ---- keeping our place

Task<void> Ring::run() {
    auto& runtime = parts_.runtime;
    co_await parts_.gossip.first_round();
    co_await join();
    while (!runtime.closing()) {
        refresh();
        co_await stabilize();
        if (!pace_.quick()) co_await fix_finger();
        const auto pause = pace_.pause(table_.version(), *rng_);
        co_await sleep_for(runtime, pause);
    }
}

Task<void> Ring::join() {
    while (!parts_.runtime.closing()) {
        const bool done = co_await try_join();
        if (done) break;
        const auto pause = jittered(kJoinAgainAfter, *rng_);
        co_await sleep_for(parts_.runtime, pause);
    }
    if (parts_.runtime.closing()) co_return;
    joined_ = true;
    pace_.hurry();
    log_info("ring", "joined as ", table_.id().brief(), table_.successor() ? "" : ", the first of the ring");
    if (auto successor = table_.successor()) co_await notify(std::move(successor));
}

Task<bool> Ring::try_join() {
    const auto known = candidates();
    Join machine(table_, known);
    while (auto peer = machine.ask()) {
        const auto state = co_await query_state(peer);
        if (parts_.runtime.closing()) co_return false;
        if (state) {
            machine.answered(*state);
        } else {
            machine.gone();
        }
    }
    if (machine.outcome() == Join::Outcome::nobody) co_return may_found(known);
    co_return machine.outcome() == Join::Outcome::joined;
}

// Nobody we know of is a member. The relay with the smallest id forms a ring of itself and the others join
// it; where views still differ there may be two such rings for a moment, and the views merge them
// (docs/spec/ring.md 3, Birth and small rings).
bool Ring::may_found(const Candidates& known) const {
    if (known.before.empty()) return true;
    const auto smallest = parts_.view.successors_of(RingId{}, 1, parts_.runtime.now());
    return parts_.gossip.settled() && !smallest.empty() && smallest.front()->id == table_.id();
}

Task<void> Ring::stabilize() {
    const auto known = candidates();
    Stabilize machine(table_, known);
    querying_ = true;
    while (auto peer = machine.ask()) {
        const auto state = co_await query_state(peer);
        if (parts_.runtime.closing()) break;
        if (state) {
            machine.answered(*state);
        } else {
            machine.gone();
        }
    }
    querying_ = false;
    if (parts_.runtime.closing()) co_return;
    if (machine.was_busy()) pace_.hurry();
    for (auto& relay : table_.missing(known.after)) tasks_.spawn(fill(std::move(relay)));
    auto successor = machine.notify();
    if (successor) co_await notify(std::move(successor));
}

// The view knows a relay that our list passes over. Lists alone would tell us too, but one place further each
// round.
Task<void> Ring::fill(DescriptorPtr missing) {
    const auto alive = co_await round_trip(missing);
    if (alive) table_.insert(missing);
}

Task<void> Ring::notify(DescriptorPtr successor) {
    const auto deadline = parts_.runtime.now() + kAnswerWithin;
    Bytes empty;
    co_await parts_.caller.call(successor, Method::ring_notify, std::move(empty), deadline);
}

Task<void> Ring::rectify(DescriptorPtr notifier) {
    Rectify machine(table_, std::move(notifier));
    if (auto predecessor = machine.ask()) {
        const auto alive = co_await round_trip(predecessor);
        if (!parts_.runtime.closing()) machine.answered(alive.has_value());
    }
    rectifying_ = false;
}

Task<void> Ring::fix_finger() {
    const auto span = finger_turns_.next(table_);
    if (!span) co_return;
    auto candidates = parts_.view.successors_of(span->start, kFingerCandidates, parts_.runtime.now());
    FixFinger machine(table_, *span, std::move(candidates), *rng_);
    while (auto relay = machine.ask()) {
        const auto trip = co_await round_trip(relay);
        if (parts_.runtime.closing()) break;
        if (trip) {
            machine.answered(*trip);
        } else {
            machine.gone();
        }
    }
}

// ---- asking

Task<std::optional<RingState>> Ring::query_state(DescriptorPtr peer) {
    const auto deadline = parts_.runtime.now() + kAnswerWithin;
    Bytes empty;
    const auto answer = co_await parts_.caller.call(peer, Method::ring_state, std::move(empty), deadline);
    RingState out;  // joining: also what a relay is that refuses, or talks nonsense
    if (!answer) {
        if (unreachable(answer.error()) || answer.error().is(Code::closed)) co_return std::nullopt;
        if (!answer.error().is(Code::refused)) out.standing = Standing::busy;
        co_return out;
    }
    auto encoded = decode_ring_state(*answer);
    if (!encoded) co_return out;
    out.standing = encoded->standing;
    const auto from = ProofSource::relay(peer->id);
    out.successors = co_await parts_.intake.admit(std::move(encoded->successors), from);
    if (encoded->predecessor.empty()) co_return out;
    std::vector<Bytes> one{std::move(encoded->predecessor)};
    const auto predecessor = co_await parts_.intake.admit(std::move(one), from);
    if (!predecessor.empty()) out.predecessor = predecessor.front();
    co_return out;
}

// nullopt: gone, or no member. Who has no time for us, or for whom we have none, is there: strangers can
// bring that about, and a predecessor is not given up for it.
Task<std::optional<Duration>> Ring::round_trip(DescriptorPtr relay) {
    const auto began = parts_.runtime.now();
    Bytes empty;
    const auto answer =
        co_await parts_.caller.call(relay, Method::ping, std::move(empty), began + kAnswerWithin);
    const bool is_full = !answer && (answer.error().is(Code::busy) || answer.error().is(Code::limit));
    if (!answer && !is_full) co_return std::nullopt;
    co_return parts_.runtime.now() - began;
}

// ---- lookups

Task<Result<DescriptorPtr>> Ring::find_successor(RingId target, Time deadline, unsigned paths) {
    auto found = co_await find_successors(target, 1, deadline, paths);
    if (!found) co_return found.error();
    co_return found->front();
}

Task<Result<std::vector<DescriptorPtr>>> Ring::find_successors(RingId target, std::size_t count,
                                                               Time deadline, unsigned paths) {
    if (!joined_) co_return error(Code::busy, "this relay has not joined the ring yet");
    co_return co_await finder_.find(target, count, deadline, paths);
}

// ---- answering

void Ring::serve(Method method, Task<Result<Bytes>> (Ring::*handler)(RpcPeer, Bytes)) {
    parts_.server.serve(method, [this, handler](RpcPeer from, Bytes body) {
        return (this->*handler)(std::move(from), std::move(body));
    });
}

Task<Result<Bytes>> Ring::serve_ping(RpcPeer, Bytes) {
    if (!joined_) co_return error(Code::refused, "not a member of the ring yet");
    co_return Bytes{};
}

Task<Result<Bytes>> Ring::serve_state(RpcPeer, Bytes) {
    RingState state;
    if (joined_) state.standing = querying_ ? Standing::busy : Standing::member;
    if (state.standing == Standing::member) {
        state.predecessor = table_.predecessor();
        state.successors = table_.successors();
    }
    co_return encode_ring_state(state);
}

Task<Result<Bytes>> Ring::serve_notify(RpcPeer from, Bytes) {
    if (!from.relay) co_return error(Code::refused, "only relays have a place on the ring");
    if (joined_ && !rectifying_ && from.relay->id != table_.id()) {
        rectifying_ = true;
        tasks_.spawn(rectify(from.relay));
    }
    co_return Bytes{};
}

Task<Result<Bytes>> Ring::serve_find(RpcPeer, Bytes body) {
    if (!joined_) co_return error(Code::refused, "not a member of the ring yet");
    const auto step = decode_find_step(body);
    if (!step) co_return step.error();
    const auto answer = find_step(table_, parts_.view, *step, parts_.runtime.now());
    co_return encode_find_answer(answer);
}

// ---- what the view adds

Candidates Ring::candidates() const {
    const auto now = parts_.runtime.now();
    const auto& view = parts_.view;
    Candidates out;
    out.before = view.predecessors_of(table_.id(), kMaxJoinCandidates, now);
    // Whoever founds the ring when there is none (may_found).
    const auto smallest = view.successors_of(RingId{}, 1, now);
    out.before.insert(out.before.end(), smallest.begin(), smallest.end());
    out.after = view.successors_of(table_.id(), table_.r() + 1, now);
    const auto is_self = [&](const DescriptorPtr& relay) { return relay->id == table_.id(); };
    std::erase_if(out.before, is_self);
    std::erase_if(out.after, is_self);
    return out;
}

void Ring::refresh() {
    table_.refresh([this](const NodeId& id) { return parts_.view.find(id); });
}

}  // namespace catacomb::routing
