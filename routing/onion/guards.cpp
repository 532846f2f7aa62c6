#include "routing/onion/guards.hpp"

#include <algorithm>
#include <set>

namespace catacomb::routing {
namespace {

using Guards = std::vector<Guard>;

// With a single one there is no way to that one as a rendezvous.
constexpr std::size_t kFewestAnswering = 2;

// The view, for asking by id.
using Listed = std::set<NodeId>;

void drop_gone(Guards& guards, const Listed& listed, Time now, Duration unlisted_limit) {
    for (auto& guard : guards) {
        if (listed.count(guard.id)) guard.last_listed = now;
    }
    std::erase_if(guards, [&](const Guard& guard) {
        return guard.expires <= now || guard.last_listed + unlisted_limit < now;
    });
}

std::size_t count_listed(const Guards& guards, Time now) {
    return std::count_if(guards.begin(), guards.end(),
                         [&](const Guard& guard) { return guard.last_listed == now && !guard.spare; });
}

// After a while it is as good as any again, until it is tried.
bool is_away(const Guard& guard, Time now, Duration retry_after) {
    return guard.failed != Time{} && now < guard.failed + retry_after;
}

// Of the second layer whoever failed is stood in for: an outage of our own does not reach it.
std::size_t count_standing(const Guards& guards, Time now, Duration retry_after) {
    return std::count_if(guards.begin(), guards.end(), [&](const Guard& guard) {
        return guard.last_listed == now && !is_away(guard, now, retry_after);
    });
}

// As far as is known.
std::size_t count_answering(const Guards& guards, Time now, Duration retry_after) {
    return std::count_if(guards.begin(), guards.end(),
                         [&](const Guard& guard) { return !is_away(guard, now, retry_after); });
}

const PathRelay& pick_by_weight(const std::vector<const PathRelay*>& relays, Rng& rng) {
    std::uint64_t all = 0;
    for (const auto* relay : relays) all += relay->weight;
    auto at = rng.below(all);
    for (const auto* relay : relays) {
        if (at < relay->weight) return *relay;
        at -= relay->weight;
    }
    return *relays.back();
}

// Relays that may join `guards`: distinct from those and in other networks.
std::vector<const PathRelay*> candidates(const Guards& guards, const std::vector<PathRelay>& relays,
                                         const NodeId& self) {
    std::vector<const PathRelay*> held;
    for (const auto& relay : relays) {
        const auto is_this = [&](const Guard& guard) { return guard.id == relay.id; };
        if (std::any_of(guards.begin(), guards.end(), is_this)) held.push_back(&relay);
    }
    std::vector<const PathRelay*> out;
    for (const auto& relay : relays) {
        const auto clashes = [&](const auto* other) {
            return other->id == relay.id || share_network(*other, relay);
        };
        if (relay.id != self && std::none_of(held.begin(), held.end(), clashes)) out.push_back(&relay);
    }
    return out;
}

std::vector<NodeId> in_order_of_trust(const Guards& guards, Time now, Duration retry_after) {
    std::vector<NodeId> ready, failed;
    for (const auto& guard : guards) {
        (is_away(guard, now, retry_after) ? failed : ready).push_back(guard.id);
    }
    ready.insert(ready.end(), failed.begin(), failed.end());
    return ready;
}

void set_failed(Guards& guards, const NodeId& id, Time failed) {
    for (auto& guard : guards) {
        if (guard.id == id) guard.failed = failed;
    }
}

}  // namespace

void GuardState::refresh(const std::vector<PathRelay>& relays, const NodeId& self, Time now, bool may_choose,
                         Rng& rng) {
    Listed listed;
    for (const auto& relay : relays) listed.insert(relay.id);
    const auto add = [&](Guards& guards, Duration shortest, Duration longest, bool spare) {
        const auto eligible = candidates(guards, relays, self);
        if (eligible.empty()) return false;
        const Duration lifetime(static_cast<Duration::rep>(rng.between(shortest.count(), longest.count())));
        guards.push_back({pick_by_weight(eligible, rng).id, now + lifetime, now, {}, spare});
        return true;
    };
    const auto bring_up = [&](Guards& guards, std::size_t wanted, Duration shortest, Duration longest,
                              auto&& count) {
        drop_gone(guards, listed, now, limits_.unlisted_limit);
        while (may_choose && count(guards, now) < wanted && guards.size() < limits_.held_max) {
            if (!add(guards, shortest, longest, false)) return;
        }
    };
    bring_up(saved_.first, limits_.guards, limits_.lifetime, limits_.lifetime, count_listed);
    const bool few = count_answering(saved_.first, now, limits_.retry_after) < kFewestAnswering;
    if (may_choose && few && saved_.first.size() < limits_.held_max)
        add(saved_.first, limits_.spare_limit, limits_.spare_limit, true);
    bring_up(saved_.second, limits_.second_guards, limits_.second_lifetime_min, limits_.second_lifetime_max,
             [&](const Guards& guards, Time at) { return count_standing(guards, at, limits_.retry_after); });
}

std::vector<NodeId> GuardState::guards(Time now) const {
    return in_order_of_trust(saved_.first, now, limits_.retry_after);
}

std::vector<NodeId> GuardState::second_guards(Time now) const {
    return in_order_of_trust(saved_.second, now, limits_.retry_after);
}

void GuardState::on_failure(const NodeId& id, Time now) {
    set_failed(saved_.first, id, now);
    set_failed(saved_.second, id, now);
}

void GuardState::on_success(const NodeId& id) {
    for (auto* guards : {&saved_.first, &saved_.second}) {
        set_failed(*guards, id, {});
        const auto is_it = [&](const Guard& guard) { return guard.id == id && !guard.spare; };
        if (std::none_of(guards->begin(), guards->end(), is_it)) continue;
        std::erase_if(*guards, [](const Guard& guard) { return guard.spare && guard.failed != Time{}; });
    }
}

}  // namespace catacomb::routing
