#include "routing/onion/path_bias.hpp"

#include <algorithm>

namespace catacomb::routing {
namespace {

constexpr double kFarBelow = 0.7;  // of what the other reaches
constexpr double kDeviations = 4;  // and by more than chance gives

bool contains(const std::vector<NodeId>& ids, const NodeId& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

PathBias::Tally* PathBias::Trial::of(const NodeId& guard) {
    if (guard == suspect) return &of_suspect;
    return guard == other ? &of_other : nullptr;
}

bool PathBias::is_left(const NodeId& guard, Time now) const {
    const auto found = left_.find(guard);
    return found != left_.end() && now < found->second;
}

std::size_t PathBias::left(Time now) const {
    return static_cast<std::size_t>(
        std::count_if(left_.begin(), left_.end(), [now](const auto& one) { return now < one.second; }));
}

std::vector<NodeId> PathBias::arrange(std::vector<NodeId> guards, std::size_t hops, Time now) {
    forget_others(guards, hops, now);
    std::stable_partition(guards.begin(), guards.end(), [&](const auto& id) { return !is_left(id, now); });
    try_first(guards, hops, now);
    const auto trial = trials_.find(hops);
    if (trial == trials_.end()) return guards;
    const auto& of = trial->second;
    const auto& next = of.of_suspect.turns < of.of_other.turns ? of.suspect : of.other;
    const auto at = std::find(guards.begin(), guards.end(), next);
    std::rotate(guards.begin(), at, at + 1);
    return guards;
}

// Whose guards they are no longer, and trials that come to nothing.
void PathBias::forget_others(const std::vector<NodeId>& guards, std::size_t hops, Time now) {
    std::erase_if(watched_, [&](const auto& one) { return !contains(guards, one.first.guard); });
    std::erase_if(left_, [&](const auto& one) { return one.second <= now; });
    const auto trial = trials_.find(hops);
    if (trial == trials_.end()) return;
    const auto& of = trial->second;
    const bool held = contains(guards, of.suspect) && contains(guards, of.other);
    // Nobody can be compared with one that does not answer.
    const bool there = !is_left(of.other, now) && of.of_other.away < limits_.away;
    if (!held || !there || of.began + limits_.trial_max <= now) trials_.erase(trial);
}

// The first guard, if it is doubted, beside one of the others: not always the same, which may be no better.
void PathBias::try_first(const std::vector<NodeId>& guards, std::size_t hops, Time now) {
    if (guards.empty() || trials_.contains(hops) || !is_doubted(guards.front(), hops)) return;
    std::vector<NodeId> others;
    for (const auto& id : guards) {
        if (id != guards.front() && !is_left(id, now)) others.push_back(id);
    }
    if (others.empty() || is_left(guards.front(), now)) return;
    trials_[hops] = {guards.front(), others[trials_begun_++ % others.size()], now, {}, {}};
}

bool PathBias::is_doubted(const NodeId& guard, std::size_t hops) const {
    return std::any_of(watched_.begin(), watched_.end(), [&](const auto& one) {
        const auto& [of, outcomes] = one;
        if (of.guard != guard || of.hops != hops || outcomes.size() < limits_.watched) return false;
        const auto reached = std::count(outcomes.begin(), outcomes.end(), true);
        return static_cast<std::size_t>(reached) < limits_.doubted;
    });
}

PathBias::Tally* PathBias::tally_of(const NodeId& guard, std::size_t hops) {
    const auto trial = trials_.find(hops);
    return trial == trials_.end() ? nullptr : trial->second.of(guard);
}

void PathBias::watch(const Watched& of, bool reached) {
    auto& outcomes = watched_[of];
    outcomes.push_back(reached);
    if (outcomes.size() > limits_.watched) outcomes.pop_front();
}

// A circuit that came as far as hop `reached`: to the last, or it failed at the next.
bool PathBias::attempted(const NodeId& guard, std::size_t hops, std::size_t reached, Time now) {
    auto* tally = tally_of(guard, hops);
    if (tally) {
        ++tally->turns;
        tally->away = reached > 0 ? 0 : tally->away + 1;
    }
    const bool counts = tally && reached > 0 && tally->last + limits_.spacing <= now;
    if (counts) {
        ++tally->counted;
        tally->last = now;
    }
    for (std::size_t stage = 2; reached > 0 && stage <= std::min(hops, reached + 1); ++stage) {
        watch({guard, hops, stage}, stage <= reached);
        if (counts) tally->add(stage, stage <= reached);
    }
    return judge(hops, now);
}

bool PathBias::built(const NodeId& guard, std::size_t hops, Time now) {
    return attempted(guard, hops, hops, now);
}

bool PathBias::failed(const NodeId& guard, std::size_t hops, std::size_t at_hop, Time now) {
    return at_hop > 0 && attempted(guard, hops, at_hop - 1, now);
}

bool PathBias::used(const NodeId& guard, std::size_t hops, bool served, Time now) {
    watch({guard, hops, hops + 1}, served);
    if (auto* tally = tally_of(guard, hops)) tally->add(hops + 1, served);
    return judge(hops, now);
}

// The difference of two shares, in standard deviations of what it is when both are the same.
bool PathBias::is_far_below(const Trial& trial, std::size_t stage) const {
    const auto tried = trial.of_suspect.tried[stage], others = trial.of_other.tried[stage];
    if (tried < limits_.tried || others < limits_.tried) return false;
    const auto n = static_cast<double>(tried), m = static_cast<double>(others);
    const auto reached = static_cast<double>(trial.of_suspect.reached[stage]);
    const auto by_other = static_cast<double>(trial.of_other.reached[stage]);
    const auto share = reached / n, by_other_share = by_other / m, both = (reached + by_other) / (n + m);
    if (share >= kFarBelow * by_other_share) return false;
    const auto difference = by_other_share - share;
    return difference * difference > kDeviations * kDeviations * both * (1 - both) * (1 / n + 1 / m);
}

bool PathBias::judge(std::size_t hops, Time now) {
    const auto found = trials_.find(hops);
    if (found == trials_.end() || now < found->second.began + limits_.trial_min) return false;
    const auto& trial = found->second;
    bool far_below = false;
    for (std::size_t stage = 2; stage <= hops + 1; ++stage)
        far_below = far_below || is_far_below(trial, stage);
    const auto counted = std::min(trial.of_suspect.counted, trial.of_other.counted);
    if (!far_below && counted < limits_.enough) return false;
    const auto suspect = trial.suspect;
    trials_.erase(found);
    std::erase_if(watched_, [&](const auto& one) { return one.first.guard == suspect; });
    if (far_below) left_[suspect] = now + limits_.left_for;
    return far_below;
}

}  // namespace catacomb::routing
