// GuardState: the few relays that see who we are (docs/spec/onion.md 7). One primary guard with two
// backups, kept for months, so that a hostile relay is unlikely ever to be next to us; and second-layer
// guards that change over days, for circuits that others can trigger. Pure and plain data: the owner saves
// and loads it.
#pragma once

#include "base/time.hpp"
#include "routing/onion/path.hpp"

namespace catacomb::routing {

struct GuardLimits {
    std::size_t guards = 3;  // the primary and its backups
    std::size_t second_guards = 4;
    Duration lifetime = hours(120 * 24);
    Duration second_lifetime_min = hours(24);
    Duration second_lifetime_max = hours(12 * 24);
    // A guard that nobody has listed for so long is given up.
    Duration unlisted_limit = hours(7 * 24);
    // After a failure a guard stands behind the others for so long.
    Duration retry_after = minutes(10);
    // However many guards are away, no more than this are ever held: an attacker who takes our guards down
    // one by one does not walk us to a guard of his.
    std::size_t held_max = 6;
    // While fewer than two guards answer others are tried, one after the other, as many as may be held:
    // either the guards are away, or we are. Those that did not answer go when a guard does, all after so
    // long.
    Duration spare_limit = hours(6);
};

struct Guard {
    NodeId id;
    Time expires{};
    Time last_listed{};
    Time failed{};       // Time{}: not since it last worked
    bool spare = false;  // while all others are away; it goes when one of them is back

    bool operator==(const Guard&) const = default;
};

class GuardState {
public:
    explicit GuardState(GuardLimits limits = {}) : limits_(limits) {}

    // Drops what has expired and, when `may_choose`, fills the vacancies from `relays`, by their weights: all
    // that are known, whether they answer or not. Call before choosing a path.
    void refresh(const std::vector<PathRelay>& relays, const NodeId& self, Time now, bool may_choose,
                 Rng& rng);
    // In the order they should be tried: those that failed lately come last.
    std::vector<NodeId> guards(Time now) const;
    std::vector<NodeId> second_guards(Time now) const;
    // What became of an attempt to reach one of them. A guard that answers sends spares away that do not.
    void on_failure(const NodeId& id, Time now);
    void on_success(const NodeId& id);

    // For saving and loading, oldest first.
    struct Saved {
        std::vector<Guard> first, second;
        bool operator==(const Saved&) const = default;
    };
    const Saved& saved() const { return saved_; }
    void load(Saved saved) { saved_ = std::move(saved); }

private:
    GuardLimits limits_;
    Saved saved_;
};

}  // namespace catacomb::routing
