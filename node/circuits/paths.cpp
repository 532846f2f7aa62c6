#include "node/circuits/paths.hpp"

#include <algorithm>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "routing/backoff.hpp"

namespace catacomb::node {
namespace {

using routing::DescriptorPtr;
using routing::NodeId;

constexpr auto kAvoidFor = seconds(30);
// Of all relays that are known. Who fails circuits to all but a few would have us choose among those few.
constexpr std::size_t kAvoidedShare = 4;
constexpr std::size_t kBuildTimesKept = 100;
constexpr std::size_t kBuildTimesNeeded = 10;
constexpr auto kFirstAttemptLimit = seconds(10);
constexpr auto kLeastAttemptLimit = seconds(2);
constexpr auto kRetryPause = milliseconds(100);
constexpr auto kLongestRetryPause = milliseconds(1600);

routing::PathRelay to_path_relay(const routing::Descriptor& relay) {
    routing::PathRelay out{relay.id, {}};
    for (const auto& address : relay.addresses) out.prefixes.push_back(address.network_prefix());
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
    auto path = choose_from(parts_.view.live(parts_.runtime.now()), request);
    if (!path) return path.error();
    return ok();
}

// The node's own relay is no hop of its own circuits, except as the rendezvous at which its vault registers.
std::vector<routing::PathRelay> Paths::candidates(const std::vector<DescriptorPtr>& relays,
                                                  const routing::PathRequest& request) const {
    std::vector<routing::PathRelay> out;
    for (const auto& relay : relays) {
        if (relay->id != parts_.self || request.last == parts_.self) out.push_back(to_path_relay(*relay));
    }
    return out;
}

Result<std::vector<DescriptorPtr>> Paths::choose(const routing::PathRequest& wanted) {
    auto path = choose_from(parts_.view.live(parts_.runtime.now()), wanted);
    // Better a path over a suspect than none: after an outage of our own all relays that we tried are
    // suspects.
    if (!path) path = choose_from(parts_.view.all(), wanted);
    return path;
}

Result<std::vector<DescriptorPtr>> Paths::choose_from(const std::vector<DescriptorPtr>& known,
                                                      const routing::PathRequest& wanted) {
    const auto now = parts_.runtime.now();
    auto request = wanted;
    const auto relays = candidates(known, request);
    guards_.refresh(relays, parts_.self, now, *rng_);
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
    std::vector<DescriptorPtr> path;
    for (const auto& id : *ids) path.push_back(parts_.view.find(id));
    return path;
}

Task<Result<CircuitPtr>> Paths::build(routing::PathRequest request, Time deadline) {
    auto& runtime = parts_.runtime;
    routing::Backoff backoff(kRetryPause, kLongestRetryPause);
    for (;;) {
        auto path = choose(request);
        if (!path) co_return path.error();
        const auto started = runtime.now();
        const auto limit = attempt_limit();
        const auto attempt_deadline = std::min(deadline, started + limit);
        std::size_t failed_hop = 0;
        auto circuit = co_await parts_.circuits.build(*path, attempt_deadline, &failed_hop);
        if (circuit) {
            weigh(*path, 0);
            guards_.on_success(path->front()->id);
            build_times_.push_back(runtime.now() - started);
            if (build_times_.size() > kBuildTimesKept) build_times_.pop_front();
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

// Three times what is typical here: a circuit that takes longer is not worth having.
Duration Paths::attempt_limit() const {
    const auto typical = typical_build_time();
    if (!typical) return kFirstAttemptLimit;
    return std::clamp<Duration>(3 * *typical, kLeastAttemptLimit, kFirstAttemptLimit);
}

std::optional<Duration> Paths::typical_build_time() const {
    if (build_times_.size() < kBuildTimesNeeded) return std::nullopt;
    auto sorted = build_times_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
}

std::vector<DescriptorPtr> Paths::guards() {
    const auto now = parts_.runtime.now();
    guards_.refresh(candidates(parts_.view.live(now), {}), parts_.self, now, *rng_);
    std::vector<DescriptorPtr> out;
    for (const auto& id : guards_.guards(now)) {
        if (auto relay = parts_.view.find(id)) out.push_back(relay);
    }
    return out;
}

}  // namespace catacomb::node
