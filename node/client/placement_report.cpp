#include "node/client/placement_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace catacomb::node {
namespace {

using Counts = std::vector<unsigned>;  // blocks of one segment, by vault, the fullest first

struct Held {
    Counts all, unproven;
    unsigned blocks = 0;
};

Held held_of(const std::map<VaultTag, unsigned>& per_vault, const Evidence& evidence) {
    Held out;
    for (const auto& [vault, count] : per_vault) {
        out.blocks += count;
        out.all.push_back(count);
        if (!evidence.is_proven(vault)) out.unproven.push_back(count);
    }
    std::sort(out.all.rbegin(), out.all.rend());
    std::sort(out.unproven.rbegin(), out.unproven.rend());
    return out;
}

// How many vaults may go, the fullest first, after those that must be reckoned as lying, the fullest first.
unsigned losses_of(Held held, unsigned k, double doubt) {
    const auto lying =
        static_cast<std::size_t>(std::ceil(doubt * static_cast<double>(held.unproven.size()) - 1e-9));
    for (std::size_t i = 0; i < lying; ++i) {
        held.blocks -= held.unproven[i];
        held.all.erase(std::find(held.all.begin(), held.all.end(), held.unproven[i]));
    }
    unsigned losses = 0;
    for (const auto count : held.all) {
        if (held.blocks < k + count) break;
        held.blocks -= count;
        ++losses;
    }
    return losses;
}

}  // namespace

double survival_probability(const std::vector<VaultPart>& vaults, unsigned k) {
    // chance[b]: that the vaults so far leave b blocks.
    std::vector<double> chance{1.0};
    for (const auto& vault : vaults) {
        std::vector<double> next(chance.size() + vault.blocks, 0.0);
        for (std::size_t b = 0; b < chance.size(); ++b) {
            next[b] += chance[b] * vault.away;
            next[b + vault.blocks] += chance[b] * (1 - vault.away);
        }
        chance = std::move(next);
    }
    double out = 0;
    for (std::size_t b = k; b < chance.size(); ++b) out += chance[b];
    return std::min(out, 1.0);
}

double survival_probability(const std::vector<unsigned>& blocks_per_vault, unsigned k, double away) {
    std::vector<VaultPart> vaults;
    for (const auto blocks : blocks_per_vault) vaults.push_back({blocks, away});
    return survival_probability(vaults, k);
}

void PlacementReport::add(const PlacingState& segment, const Evidence& evidence) {
    const auto& profile = segment.profile;
    std::map<VaultTag, unsigned> per_vault;
    for (unsigned i = 0; i < profile.n; ++i) {
        if (segment.witnessed & bit(i)) ++per_vault[segment.vaults[i]];
    }
    std::vector<VaultPart> parts;
    for (const auto& [vault, count] : per_vault) {
        vaults_.insert(vault);
        const auto lies = evidence.is_proven(vault) ? 0 : evidence.doubt();
        parts.push_back({count, 1 - (1 - kAssumedAway) * (1 - lies)});
    }
    const auto held = held_of(per_vault, evidence);
    const auto losses = losses_of(held, profile.k, evidence.doubt());
    if (!any_ || losses < sum_.survives_vault_losses) sum_.survives_vault_losses = losses;
    // The segment that fared worst: the smallest share of its blocks placed.
    if (!any_ || held.blocks * sum_.least_wanted < sum_.least_placed * profile.n) {
        sum_.least_placed = held.blocks;
        sum_.least_wanted = profile.n;
    }
    if (!held.all.empty())
        sum_.most_blocks_on_one_vault = std::max(sum_.most_blocks_on_one_vault, held.all.front());
    ++sum_.segments;
    sum_.blocks_placed += held.blocks;
    sum_.blocks_wanted += profile.n;
    survival_ *= survival_probability(parts, profile.k);
    lease_end_ = std::min(lease_end_, segment.lease_end);
    any_ = true;
}

InsertReport PlacementReport::report(const Evidence& evidence) const {
    auto out = sum_;
    out.distinct_vaults = static_cast<unsigned>(vaults_.size());
    out.bodies_asked = evidence.bodies_asked();
    out.bodies_read = evidence.bodies_read();
    for (const auto vault : vaults_) out.vaults_read += evidence.is_proven(vault);
    out.vaults_failed = static_cast<unsigned>(evidence.distrusted().size());
    out.estimated_survival = survival_;
    out.lease_end = lease_end_;
    return out;
}

}  // namespace catacomb::node
