// RenewReport: what a renewal says when it is done (docs/spec/api.md 3.2). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace catacomb::node {

// What counts as renewed is what vaults have signed for, in words that were checked here.
struct RenewReport {
    std::uint64_t segments = 0;
    std::uint64_t blocks = 0, blocks_renewed = 0;
    std::uint64_t blocks_absent = 0;   // not renewed: at vaults that are away, as exits say
    std::uint64_t segments_short = 0;  // with fewer than k blocks renewed
    unsigned least_renewed = 0, least_wanted = 0,
             least_needed = 0;  // of the segment that fared worst: of n, k
    Time lease_asked{};
    std::optional<Time> lease_end;  // until then every segment has k of the blocks; none if one is short
    std::optional<Time> first_lease_end;  // the earliest that was granted to any block
};

}  // namespace catacomb::node
