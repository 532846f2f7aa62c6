#include "routing/onion/guards.hpp"

#include <algorithm>
#include <set>

namespace catacomb::routing {
namespace {

using Guards = std::vector<Guard>;

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
                         [&](const Guard& guard) { return guard.last_listed == now; });
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
        const bool waits = guard.failed != Time{} && now < guard.failed + retry_after;
        (waits ? failed : ready).push_back(guard.id);
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

void GuardState::refresh(const std::vector<PathRelay>& relays, const NodeId& self, Time now, Rng& rng) {
    Listed listed;
    for (const auto& relay : relays) listed.insert(relay.id);
    const auto bring_up = [&](Guards& guards, std::size_t wanted, Duration shortest, Duration longest) {
        drop_gone(guards, listed, now, limits_.unlisted_limit);
        while (count_listed(guards, now) < wanted && guards.size() < limits_.held_max) {
            auto eligible = candidates(guards, relays, self);
            if (eligible.empty()) return;
            const Duration lifetime(
                static_cast<Duration::rep>(rng.between(shortest.count(), longest.count())));
            guards.push_back({rng.pick(eligible)->id, now + lifetime, now, {}});
        }
    };
    bring_up(saved_.first, limits_.guards, limits_.lifetime, limits_.lifetime);
    bring_up(saved_.second, limits_.second_guards, limits_.second_lifetime_min, limits_.second_lifetime_max);
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
    set_failed(saved_.first, id, {});
    set_failed(saved_.second, id, {});
}

}  // namespace catacomb::routing
