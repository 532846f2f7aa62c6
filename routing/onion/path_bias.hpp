// PathBias: whether a guard lets pass only the circuits that suit it (docs/spec/onion.md 7). A guard that
// fails circuits until one goes by its friends steers the choice of our exits, and each failure alone looks
// like a dead relay's. So what becomes of circuits is counted by guard and stage, and one by which few stages
// are reached is put on trial: circuits go by it and by another guard in turn, so that whatever ails the
// network ails both. One that is far below the other is left for a while. Pure: now comes in.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "routing/identity.hpp"
#include "routing/onion/geometry.hpp"

namespace catacomb::routing {

struct PathBiasLimits {
    std::size_t watched = 20;  // attempts of a guard at a stage, the last ones
    std::size_t doubted = 12;  // fewer successes among them put it on trial
    std::size_t tried = 30;    // attempts at a stage by each of the two before one is judged
    std::size_t enough = 100;  // circuits of each that count, after which the trial is over
    std::size_t away = 3;      // circuits in a row that the other did not answer, likewise
    // Nobody is judged by the minutes in which his line was disturbed: in a trial one circuit of a guard
    // counts in so long.
    Duration spacing = minutes(1);
    Duration trial_min = minutes(30), trial_max = hours(24);
    Duration left_for = hours(24);
};

class PathBias {
public:
    explicit PathBias(PathBiasLimits limits = {}) : limits_(limits) {}

    // `guards`, which come in the order of trust, in the order in which a circuit of so many hops is to try
    // them.
    std::vector<NodeId> arrange(std::vector<NodeId> guards, std::size_t hops, Time now);

    // A circuit by that guard was built, or failed at a hop (from 1). True: a guard is left for what was
    // seen.
    bool built(const NodeId& guard, std::size_t hops, Time now);
    bool failed(const NodeId& guard, std::size_t hops, std::size_t at_hop, Time now);
    // One that was built was used, and served, or ended or fell silent first.
    bool used(const NodeId& guard, std::size_t hops, bool served, Time now);

    // How many are left now.
    std::size_t left(Time now) const;

private:
    // Hops from 2 on, and after the last one the use of the circuit.
    using Stages = std::array<std::size_t, kMaxHops + 2>;
    struct Tally {
        void add(std::size_t stage, bool was_reached) {
            ++tried[stage];
            reached[stage] += was_reached ? 1 : 0;
        }
        Stages tried{}, reached{};
        std::size_t turns = 0, counted = 0;  // circuits
        std::size_t away = 0;                // in a row that did not come as far as the guard
        Time last{};                         // when one counted
    };
    struct Trial {
        NodeId suspect, other;
        Time began{};
        Tally of_suspect, of_other;
        Tally* of(const NodeId& guard);
    };
    struct Watched {
        NodeId guard;
        std::size_t hops, stage;
        auto operator<=>(const Watched&) const = default;
    };

    Tally* tally_of(const NodeId& guard, std::size_t hops);
    bool attempted(const NodeId& guard, std::size_t hops, std::size_t reached, Time now);
    void watch(const Watched& of, bool reached);
    bool judge(std::size_t hops, Time now);
    bool is_far_below(const Trial& trial, std::size_t stage) const;
    bool is_doubted(const NodeId& guard, std::size_t hops) const;
    bool is_left(const NodeId& guard, Time now) const;
    void forget_others(const std::vector<NodeId>& guards, std::size_t hops, Time now);
    void try_first(const std::vector<NodeId>& guards, std::size_t hops, Time now);

    PathBiasLimits limits_;
    std::map<Watched, std::deque<bool>> watched_;
    std::map<std::size_t, Trial> trials_;  // by the hops of circuits
    std::map<NodeId, Time> left_;          // until when
    std::size_t trials_begun_ = 0;
};

}  // namespace catacomb::routing
