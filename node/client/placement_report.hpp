// What an insert says of its chances (docs/decisions/0012): which vaults hold how many blocks of each
// segment, how many of them may go, and how likely the file is to stay readable. Never more than was seen: of
// vaults that gave no body a part is reckoned as lying.
#pragma once

#include "node/client/evidence.hpp"
#include "node/client/placing_state.hpp"
#include "node/service.hpp"

namespace catacomb::node {

class PlacementReport {
public:
    // One segment, as it stands at the end.
    void add(const PlacingState& segment, const Evidence& evidence);
    // All fields but the key.
    InsertReport report(const Evidence& evidence) const;

private:
    InsertReport sum_;
    std::set<VaultTag> vaults_;
    double survival_ = 1;
    Time lease_end_ = kNever;
    bool any_ = false;
};

// A vault's part in one segment.
struct VaultPart {
    unsigned blocks = 0;
    double away = 0;  // the probability that none of them can be had
};
// The probability that at least k blocks can be had, vaults being away independently.
double survival_probability(const std::vector<VaultPart>& vaults, unsigned k);
// The same for vaults that are all alike; `blocks_per_vault`: how many blocks each holds.
double survival_probability(const std::vector<unsigned>& blocks_per_vault, unsigned k, double away);

inline constexpr double kAssumedAway = 0.3;

}  // namespace catacomb::node
