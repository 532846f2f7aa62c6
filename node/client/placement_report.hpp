// What an insert says of its chances (docs/spec/api.md 3.2): which vaults hold how many blocks of each
// segment, how many of them may go, and how likely the file is to stay readable. Pure.
#pragma once

#include <map>

#include "node/protocol/acknowledgement.hpp"
#include "node/service.hpp"

namespace catacomb::node {

class PlacementReport {
public:
    // One segment's acknowledgements, distinct by index.
    void add(const storage::Profile& profile, const std::vector<Acknowledged>& placed);
    // All fields but the key.
    InsertReport report() const;

private:
    InsertReport sum_;
    std::map<routing::VaultId, bool> vaults_;
    double survival_ = 1;
    bool any_ = false;
};

// The probability that at least k blocks remain when each vault is away with probability `away`,
// independently. `blocks_per_vault`: how many blocks each vault holds.
double survival_probability(const std::vector<unsigned>& blocks_per_vault, unsigned k, double away);

inline constexpr double kAssumedAway = 0.3;

}  // namespace catacomb::node
