#include "node/vault/targets.hpp"

#include <algorithm>
#include <set>

namespace catacomb::node {
namespace {

constexpr unsigned kTriesBeforeAway = 3;  // over paths that differ
constexpr Duration kAwayFor = minutes(2);
constexpr Duration kShortLife = seconds(30);

}  // namespace

Targets::Change Targets::choose(const std::vector<routing::NodeId>& following, Time now) {
    Change out;
    std::erase_if(away_until_, [now](const auto& entry) { return entry.second <= now; });
    std::set<routing::NodeId> wanted;
    for (const auto& relay : following) {
        if (wanted.size() == places_) break;
        if (away_until_.count(relay)) continue;
        wanted.insert(relay);
        if (targets_.try_emplace(relay).second) out.begin.push_back(relay);
    }
    const auto is_standing = [&](const auto& relay) { return targets_.at(relay).stands; };
    if (!std::all_of(wanted.begin(), wanted.end(), is_standing)) return out;
    for (const auto& [relay, target] : targets_) {
        if (!wanted.count(relay)) out.end.push_back(relay);
    }
    for (const auto& relay : out.end) targets_.erase(relay);
    return out;
}

void Targets::stands(const routing::NodeId& relay, Time now) {
    auto* target = find(relay);
    if (!target) return;
    target->stands = true;
    target->since = now;
    target->failures = 0;
}

void Targets::ended(const routing::NodeId& relay, Time now) {
    auto* target = find(relay);
    if (!target || !target->stands) return;
    target->stands = false;
    const bool short_lived = now - target->since < kShortLife;
    target->short_lived = short_lived ? target->short_lived + 1 : 0;
    if (!short_lived) target->backoff.reset();
}

// Only so many are passed over at a time: when nobody can be reached, it is we who are cut off.
void Targets::failed(const routing::NodeId& relay, Time now) {
    auto* target = find(relay);
    if (!target) return;
    if (++target->failures < kTriesBeforeAway || away_until_.size() >= places_) return;
    away_until_[relay] = now + kAwayFor;
}

std::optional<Duration> Targets::pause(const routing::NodeId& relay, Rng& rng) {
    auto* target = find(relay);
    if (!target) return std::nullopt;
    return target->backoff.next(rng);
}

unsigned Targets::short_lived(const routing::NodeId& relay) const {
    const auto at = targets_.find(relay);
    return at == targets_.end() ? 0 : at->second.short_lived;
}

void Targets::told_share(const routing::NodeId& relay, std::uint64_t blocks) {
    if (auto* target = find(relay)) target->share = blocks == 0 ? kNoShare : blocks;
}

std::uint64_t Targets::share() const {
    std::uint64_t least = kNoShare, second = kNoShare;
    for (const auto& [relay, target] : targets_) {
        if (!target.stands) continue;
        second = std::min(second, std::max(least, target.share));
        least = std::min(least, target.share);
    }
    return second;
}

std::size_t Targets::standing() const {
    return static_cast<std::size_t>(std::count_if(targets_.begin(), targets_.end(),
                                                  [](const auto& entry) { return entry.second.stands; }));
}

Targets::Target* Targets::find(const routing::NodeId& relay) {
    const auto at = targets_.find(relay);
    return at == targets_.end() ? nullptr : &at->second;
}

}  // namespace catacomb::node
