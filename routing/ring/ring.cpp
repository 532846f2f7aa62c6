#include "routing/ring/ring.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "routing/jitter.hpp"

namespace catacomb::routing {
namespace {

constexpr Duration kAnswerWithin = seconds(2);
constexpr Duration kJoinAgainAfter = milliseconds(200);
constexpr std::size_t kMaxJoinCandidates = 4;
constexpr std::size_t kMaxStarts = 32;
constexpr std::size_t kFingerCandidates = 16;
constexpr std::size_t kFingers = NodeId::kSize * 8;

bool unreachable(const Error& e) { return e.is(Code::unreachable) || e.is(Code::timed_out); }

}  // namespace

Ring::Ring(Parts parts)
    : parts_(std::move(parts)),
      rng_(parts_.runtime.rng().split("ring")),
      table_(parts_.own.current(parts_.runtime.now()), parts_.view.network().successors),
      tasks_(parts_.runtime) {
    serve(Method::ping, &Ring::serve_ping);
    serve(Method::ring_state, &Ring::serve_state);
    serve(Method::ring_notify, &Ring::serve_notify);
    serve(Method::ring_find, &Ring::serve_find);
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

// One finger a round. A challenger drawn from the finger's span takes its place when its round trip is
// shorter, so fingers drift towards near relays (proximity neighbour selection). Spans that the successor
// list covers need none.
Task<void> Ring::fix_finger() {
    if (table_.successors().size() < table_.r()) co_return;
    const auto reach = distance(table_.id(), table_.successors().back()->id);
    const auto bit = kFingers - 1 - next_finger_;
    const auto start = plus_power_of_two(table_.id(), bit);
    if (distance(table_.id(), start) <= reach) {
        next_finger_ = 0;
        co_return;
    }
    ++next_finger_;
    const auto end = bit + 1 == kFingers ? table_.id() : plus_power_of_two(table_.id(), bit + 1);
    auto span = parts_.view.successors_of(start, kFingerCandidates, parts_.runtime.now());
    std::erase_if(
        span, [&](const DescriptorPtr& relay) { return distance(start, relay->id) >= distance(start, end); });
    if (span.empty()) {
        table_.set_finger(bit, nullptr);
        co_return;
    }
    auto challenger = rng_->pick(span);
    const auto held = table_.fingers().find(bit);
    auto holder = held == table_.fingers().end() ? nullptr : held->second;
    const auto new_trip = co_await round_trip(challenger);
    if (!new_trip) co_return;
    if (holder && holder->id != challenger->id) {
        const auto old_trip = co_await round_trip(holder);
        if (old_trip && *old_trip <= *new_trip) co_return;
    }
    table_.set_finger(bit, std::move(challenger));
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
    out.successors = co_await parts_.intake.admit(std::move(encoded->successors));
    if (encoded->predecessor.empty()) co_return out;
    std::vector<Bytes> one{std::move(encoded->predecessor)};
    const auto predecessor = co_await parts_.intake.admit(std::move(one));
    if (!predecessor.empty()) out.predecessor = predecessor.front();
    co_return out;
}

// nullopt: gone, or no member.
Task<std::optional<Duration>> Ring::round_trip(DescriptorPtr relay) {
    const auto began = parts_.runtime.now();
    Bytes empty;
    const auto answer =
        co_await parts_.caller.call(relay, Method::ping, std::move(empty), began + kAnswerWithin);
    if (!answer) co_return std::nullopt;
    co_return parts_.runtime.now() - began;
}

// ---- lookups

struct Ring::Search {
    Search(Runtime& runtime, Lookup::Start start, Time limit)
        : lookup(std::move(start)), deadline(limit), progress(runtime) {}
    Lookup lookup;
    Time deadline;
    Gate progress;
};

Task<Result<DescriptorPtr>> Ring::find_successor(RingId target, Time deadline, unsigned paths) {
    auto found = co_await find_successors(target, 1, deadline, paths);
    if (!found) co_return found.error();
    co_return found->front();
}

Task<Result<std::vector<DescriptorPtr>>> Ring::find_successors(RingId target, std::size_t count,
                                                               Time deadline, unsigned paths) {
    if (!joined_) co_return error(Code::busy, "this relay has not joined the ring yet");
    count = std::min(count, kMaxFindOwners);
    if (table_.owns(target)) {
        const FindStep step{target, count};
        auto own = find_step(table_, parts_.view, step, parts_.runtime.now());
        co_return std::move(own.owners);
    }
    auto start = lookup_start(target, count, paths);
    auto search = std::make_shared<Search>(parts_.runtime, std::move(start), deadline);
    for (;;) {
        for (const auto& peer : search->lookup.ask()) tasks_.spawn(find_step_at(search, peer));
        if (search->lookup.done()) co_return search->lookup.result();
        const auto wake = co_await search->progress.wait(deadline);
        if (wake == Wake::closed) co_return error(Code::closed);
        if (wake == Wake::timed_out) co_return error(Code::timed_out, "the ring lookup took too long");
    }
}

Task<void> Ring::find_step_at(std::shared_ptr<Search> search, DescriptorPtr peer) {
    const auto step = search->lookup.step();
    if (peer->id == table_.id()) {  // others name us while our predecessor's death is news
        search->lookup.answered(peer->id, find_step(table_, parts_.view, step, parts_.runtime.now()));
        search->progress.open();
        co_return;
    }
    const auto deadline = std::min(search->deadline, parts_.runtime.now() + kAnswerWithin);
    auto body = encode_find_step(step);
    const auto answer = co_await parts_.caller.call(peer, Method::ring_find, std::move(body), deadline);
    auto encoded = answer ? decode_find_answer(*answer) : Result<EncodedFindAnswer>(answer.error());
    if (encoded) {
        FindAnswer found;
        found.owners = co_await parts_.intake.admit(std::move(encoded->owners));
        found.closer = co_await parts_.intake.admit(std::move(encoded->closer));
        search->lookup.answered(peer->id, found);
    } else {
        search->lookup.gone(peer->id);
    }
    search->progress.open();
}

// Our own knowledge is the first step: the table's, and the view's.
Lookup::Start Ring::lookup_start(const RingId& target, std::size_t count, unsigned paths) const {
    const auto now = parts_.runtime.now();
    const FindStep everything{target, kMaxFindOwners};
    auto own = find_step(table_, parts_.view, everything, now, kMaxStarts);
    const auto before = parts_.view.predecessors_of(target, kMaxStarts, now);
    const auto after = parts_.view.successors_of(target, 1, now);
    own.closer.insert(own.closer.end(), before.begin(), before.end());
    own.owners.insert(own.owners.end(), after.begin(), after.end());
    const auto is_self = [&](const DescriptorPtr& relay) { return relay->id == table_.id(); };
    std::erase_if(own.closer, is_self);
    std::erase_if(own.owners, is_self);
    return {target, count, paths, std::move(own.closer), std::move(own.owners), table_.estimated_size()};
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
