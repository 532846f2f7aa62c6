#include "node/circuits/paths.hpp"

#include <algorithm>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "routing/backoff.hpp"

namespace catacomb::node {
namespace {

using routing::DescriptorPtr;
using routing::NodeId;
using Suspects = routing::View::Suspects;

constexpr auto kAvoidFor = seconds(30);
// Of all relays that are known. Who fails circuits to all but a few would have us choose among those few.
constexpr std::size_t kAvoidedShare = 4;
constexpr auto kRetryPause = milliseconds(100);
constexpr auto kLongestRetryPause = milliseconds(1600);

constexpr auto kPatience = seconds(10);  // with keys that nobody confirms
constexpr std::size_t kFewRelays = 3;    // others; with fewer nobody is there to be a second witness
constexpr auto kShortestAge = hours(1), kLongestAge = hours(24 * 30);

// What a path search found, by the descriptors that it was made from.
std::vector<DescriptorPtr> by_id(const std::vector<DescriptorPtr>& known, const std::vector<NodeId>& ids) {
    std::vector<DescriptorPtr> out;
    for (const auto& id : ids) {
        const auto is_it = [&](const auto& relay) { return relay->id == id; };
        out.push_back(*std::find_if(known.begin(), known.end(), is_it));
    }
    return out;
}

}  // namespace

Paths::Paths(Parts parts) : parts_(std::move(parts)), rng_(parts_.runtime.rng().split("paths")) {}

routing::PathRequest Paths::client_request() const {
    routing::PathRequest request;
    request.hops = parts_.client_hops;
    return request;
}

Task<Result<CircuitPtr>> Paths::build_client(std::vector<NodeId> avoid_exits, Time deadline) {
    auto request = client_request();
    request.avoid_last = std::move(avoid_exits);
    co_return co_await build(std::move(request), deadline);
}

Task<Result<CircuitPtr>> Paths::build_client_to(NodeId exit, Time deadline) {
    auto request = client_request();
    request.last = exit;
    co_return co_await build(std::move(request), deadline);
}

Task<Result<CircuitPtr>> Paths::build_vault(DescriptorPtr rendezvous, Time deadline) {
    routing::PathRequest request;
    request.hops = parts_.vault_hops;
    request.last = rendezvous->id;
    co_return co_await build(std::move(request), deadline);
}

Result<> Paths::enough_relays(std::size_t hops) {
    routing::PathRequest request;
    request.hops = hops;
    // Whether there are enough at all says more than that they are not known yet.
    auto possible =
        routing::choose_path(candidates(parts_.view.live(parts_.runtime.now()), request), request, *rng_);
    if (!possible) return possible.error();
    refresh_guards();
    if (!has_learnt()) return not_yet({});
    auto path = choose_from(usable(Suspects::left_out), request);
    if (!path) return not_yet(path.error());
    return ok();
}

// A relay is as much to be trusted with us as it has been there to be known.
routing::PathRelay Paths::to_path_relay(const routing::Descriptor& relay) const {
    routing::PathRelay out;
    out.id = relay.id;
    for (const auto& address : relay.addresses) out.prefixes.push_back(address.network_prefix());
    const auto age = parts_.runtime.now() - parts_.view.since(relay.id);
    out.weight =
        static_cast<std::uint64_t>(std::clamp<Duration>(age, kShortestAge, kLongestAge) / minutes(1));
    return out;
}

std::size_t Paths::others() const { return parts_.view.size() - (parts_.view.find(parts_.self) ? 1 : 0); }

bool Paths::needs_witnesses() const { return others() >= kFewRelays && stands(Defence::keys_are_witnessed); }

Paths::Relays Paths::usable(Suspects suspects) const {
    const auto now = parts_.runtime.now();
    if (needs_witnesses()) return parts_.view.all_agreed(now, suspects);
    return suspects == Suspects::included ? parts_.view.all() : parts_.view.live(now);
}

Paths::Learnt Paths::learnt() const {
    const auto now = parts_.runtime.now();
    const auto known = parts_.view.live(now).size();
    return {needs_witnesses() ? known - parts_.view.waiting(now) : known, known};
}

bool Paths::has_learnt() const { return has_guard() || !stands(Defence::guards_wait); }

// Not from the little that came first; nor without those who came last, but for one that nobody confirms.
bool Paths::may_choose_guards(Time now) {
    const auto current = learnt();
    if (others() < parts_.client_hops || !is_most(current.agreed, current.known)) {
        most_since_.reset();
        return false;
    }
    if (!most_since_) most_since_ = now;
    const bool all = current.agreed == current.known || now >= *most_since_ + kPatience;
    return parts_.settled() && all;
}

void Paths::refresh_guards() {
    const auto now = parts_.runtime.now();
    // Who does not answer is not gone: it may be we who are away.
    const bool wait = stands(Defence::guards_wait);
    const auto listed = usable(wait ? Suspects::included : Suspects::left_out);
    const bool may_choose = may_choose_guards(now) || !wait;
    guards_.refresh(candidates(listed, {}), parts_.self, now, may_choose, *rng_);
}

// The node's own relay is no hop of its own circuits, except as the rendezvous at which its vault registers.
std::vector<routing::PathRelay> Paths::candidates(const Relays& relays,
                                                  const routing::PathRequest& request) const {
    std::vector<routing::PathRelay> out;
    for (const auto& relay : relays) {
        if (relay->id != parts_.self || request.last == parts_.self) out.push_back(to_path_relay(*relay));
    }
    return out;
}

Result<Paths::Relays> Paths::choose(const routing::PathRequest& wanted) {
    refresh_guards();
    if (!has_learnt()) return not_yet({});
    auto path = choose_from(usable(Suspects::left_out), wanted);
    // Better a path over a suspect than none: after an outage of our own all relays that we tried are
    // suspects.
    if (!path) path = choose_from(usable(Suspects::included), wanted);
    if (!path) return not_yet(path.error());
    return path;
}

// A network that is too small stays so; keys that nobody has confirmed yet are soon.
Error Paths::not_yet(const Error& no_path) const {
    const auto now = learnt();
    if (has_learnt() && now.agreed == now.known) return no_path;
    return error(Code::busy, concat("the network is still being learnt: the keys of ", now.agreed, " of ",
                                    now.known, " relays are confirmed by a second one"));
}

Result<Paths::Relays> Paths::choose_from(const Relays& known, const routing::PathRequest& wanted) {
    const auto now = parts_.runtime.now();
    auto request = wanted;
    const auto relays = candidates(known, request);
    request.guards = guards_.guards(now);
    if (stands(Defence::guards_are_compared))
        request.guards = bias_.arrange(std::move(request.guards), request.hops, now);
    if (request.hops == kVaultHops) request.second_guards = guards_.second_guards(now);
    if (request.last != parts_.self) request.self = parts_.self;
    for (const auto& id : avoided(relays.size() / kAvoidedShare)) {
        if (request.last != id) request.avoid.push_back(id);
    }
    // Better a path over a relay that failed lately, or an exit used before, than none.
    auto ids = routing::choose_path(relays, request, *rng_);
    if (!ids) {
        request.avoid.clear();
        ids = routing::choose_path(relays, request, *rng_);
    }
    while (!ids && !request.avoid_last.empty()) {
        request.avoid_last.erase(request.avoid_last.begin());
        ids = routing::choose_path(relays, request, *rng_);
    }
    if (!ids) return ids.error();
    return by_id(known, *ids);
}

Task<Result<CircuitPtr>> Paths::build_unwitnessed(NodeId first, NodeId last, Time deadline) {
    routing::PathRequest request;
    request.hops = parts_.client_hops;
    request.self = parts_.self;
    request.guards = {first};
    request.last = last;
    const auto known = parts_.view.live(parts_.runtime.now());
    const auto ids = routing::choose_path(candidates(known, request), request, *rng_);
    if (!ids) co_return ids.error();
    auto path = by_id(known, *ids);
    auto circuit = co_await parts_.circuits.build(std::move(path), deadline);
    co_return circuit;
}

Task<Result<CircuitPtr>> Paths::build(routing::PathRequest request, Time deadline) {
    auto& runtime = parts_.runtime;
    routing::Backoff backoff(kRetryPause, kLongestRetryPause);
    for (;;) {
        auto path = choose(request);
        if (!path && !path.error().is(Code::busy)) co_return path.error();
        if (!path) {
            const auto pause = backoff.next(*rng_);
            if (runtime.now() + pause >= deadline) co_return path.error();
            const bool slept = co_await routing::sleep_for(runtime, pause);
            if (!slept) co_return error(Code::closed);
            continue;
        }
        const auto started = runtime.now();
        const auto limit = build_times_.limit();
        const auto attempt_deadline = std::min(deadline, started + limit);
        std::size_t failed_hop = 0;
        auto circuit = co_await parts_.circuits.build(*path, attempt_deadline, &failed_hop);
        if (circuit) {
            weigh(*path, 0);
            guards_.on_success(path->front()->id);
            if (path->size() == kVaultHops) guards_.on_success((*path)[1]->id);
            build_times_.took(runtime.now() - started);
            co_return std::move(*circuit);
        }
        if (circuit.error().is(Code::closed)) co_return circuit.error();
        if (attempt_deadline == started + limit) weigh(*path, failed_hop);
        blame(*path, failed_hop);
        // We asked the first hop ourselves; of the later ones we have only another relay's word.
        if (failed_hop == 1) heard_of_first(*path->front(), circuit.error(), started);
        // Where it must end does not answer: another path will hardly help.
        if (request.last && failed_hop == path->size())
            co_return error(Code::unreachable, circuit.error().text());
        const auto pause = backoff.next(*rng_);
        if (runtime.now() + pause >= deadline) co_return error(Code::timed_out, circuit.error().text());
        const bool slept = co_await routing::sleep_for(runtime, pause);
        if (!slept) co_return error(Code::closed);
    }
}

void Paths::blame(const std::vector<DescriptorPtr>& path, std::size_t failed_hop) {
    if (failed_hop == 0 || failed_hop > path.size()) return;
    const auto now = parts_.runtime.now();
    const auto& relay = path[failed_hop - 1];
    log_debug("paths", "hop ", failed_hop, " failed: ", relay->id.brief());
    avoid_until_[relay->id] = now + kAvoidFor;
    const bool is_guard = failed_hop == 1 || (failed_hop == 2 && path.size() == kVaultHops);
    if (is_guard) guards_.on_failure(relay->id, now);
}

// `failed_hop` 0: it was built.
void Paths::weigh(const std::vector<DescriptorPtr>& path, std::size_t failed_hop) {
    const auto now = parts_.runtime.now();
    const auto& guard = path.front()->id;
    tell_if(failed_hop == 0 ? bias_.built(guard, path.size(), now)
                            : bias_.failed(guard, path.size(), failed_hop, now));
}

void Paths::used(const CircuitPtr& circuit, bool served) {
    const auto& path = circuit->path();
    tell_if(bias_.used(path.front()->id, path.size(), served, parts_.runtime.now()));
}

void Paths::tell_if(bool guard_left) {
    if (guard_left)
        log_warning("paths", "a guard fails far more circuits than another: it is left for a day");
}

void Paths::heard_of_first(const routing::Descriptor& relay, const Error& failure, Time asked) {
    const auto now = parts_.runtime.now();
    parts_.view.heard(relay.id, routing::heard_from(failure.code, now - asked, routing::Answers::alone), now);
}

// Those that failed last.
std::vector<NodeId> Paths::avoided(std::size_t most) {
    const auto now = parts_.runtime.now();
    std::erase_if(avoid_until_, [now](const auto& entry) { return entry.second <= now; });
    std::vector<std::pair<Time, NodeId>> latest;
    for (const auto& [id, until] : avoid_until_) latest.emplace_back(until, id);
    std::sort(latest.rbegin(), latest.rend());
    std::vector<NodeId> out;
    for (std::size_t i = 0; i < std::min(most, latest.size()); ++i) out.push_back(latest[i].second);
    return out;
}

std::vector<DescriptorPtr> Paths::guards() {
    const auto now = parts_.runtime.now();
    refresh_guards();
    std::vector<DescriptorPtr> out;
    for (const auto& id : guards_.guards(now)) {
        if (auto relay = parts_.view.find(id)) out.push_back(relay);
    }
    return out;
}

}  // namespace catacomb::node
