#include "node/client/placement_report.hpp"

#include <algorithm>

namespace catacomb::node {

double survival_probability(const std::vector<unsigned>& blocks_per_vault, unsigned k, double away) {
    // chance[b]: that the vaults so far leave b blocks.
    std::vector<double> chance{1.0};
    for (auto blocks : blocks_per_vault) {
        std::vector<double> next(chance.size() + blocks, 0.0);
        for (std::size_t b = 0; b < chance.size(); ++b) {
            next[b] += chance[b] * away;
            next[b + blocks] += chance[b] * (1 - away);
        }
        chance = std::move(next);
    }
    double out = 0;
    for (std::size_t b = k; b < chance.size(); ++b) out += chance[b];
    return std::min(out, 1.0);
}

void PlacementReport::add(const storage::Profile& profile, const std::vector<Acknowledged>& placed) {
    std::map<routing::VaultId, unsigned> per_vault;
    for (const auto& one : placed) {
        ++per_vault[one.vault.id()];
        vaults_[one.vault.id()] = true;
    }
    std::vector<unsigned> counts;
    for (const auto& [vault, count] : per_vault) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());

    unsigned left = static_cast<unsigned>(placed.size()), losses = 0;
    while (losses < counts.size() && left >= profile.k + counts[losses]) left -= counts[losses++];
    const auto count = static_cast<unsigned>(placed.size());
    if (!any_ || losses < sum_.survives_vault_losses) sum_.survives_vault_losses = losses;
    // The segment that fared worst: the smallest share of its blocks placed.
    if (!any_ || count * sum_.least_wanted < sum_.least_placed * profile.n) {
        sum_.least_placed = count;
        sum_.least_wanted = profile.n;
    }
    if (!counts.empty())
        sum_.most_blocks_on_one_vault = std::max(sum_.most_blocks_on_one_vault, counts.front());
    ++sum_.segments;
    sum_.blocks_placed += count;
    sum_.blocks_wanted += profile.n;
    survival_ *= survival_probability(counts, profile.k, kAssumedAway);
    any_ = true;
}

InsertReport PlacementReport::report() const {
    auto out = sum_;
    out.distinct_vaults = static_cast<unsigned>(vaults_.size());
    out.estimated_survival = survival_;
    return out;
}

}  // namespace catacomb::node
