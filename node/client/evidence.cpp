#include "node/client/evidence.hpp"

#include <algorithm>

namespace catacomb::node {

void Evidence::came(VaultTag vault) {
    ++asked_;
    ++read_;
    if (!is_distrusted(vault)) proven_.insert(vault);
}

void Evidence::failed(VaultTag vault) {
    ++asked_;
    proven_.erase(vault);
    distrusted_.insert(vault);
}

// (1 - p)^asked <= 1 % from p = 4.6 / asked on; every failure that was seen allows for two more that were
// not.
double Evidence::doubt() const {
    constexpr double kUnseen = 4.6, kForEachSeen = 2;
    if (asked_ == 0) return 1;
    const auto seen = static_cast<double>(asked_ - read_);
    return std::min(1.0, (kUnseen + kForEachSeen * seen) / static_cast<double>(asked_));
}

}  // namespace catacomb::node
