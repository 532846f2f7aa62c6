#include "routing/rendezvous/placement.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/codec.hpp"

namespace catacomb::routing {

RingId block_position(ByteView root, std::uint8_t index) {
    crypto::Hasher hasher(crypto::label::kPosition);
    return RingId{hasher.fixed(root).u8(index).digest().bytes};
}

PositionPrefix prefix_of(const RingId& position) { return load_le(position.view().first(8)); }

double placement_score(const RingId& position, const VaultId& vault, double weight) {
    CHECK(weight > 0);
    const auto digest = crypto::hash(crypto::label::kPlacement, position, vault);
    // In (0, 1): 53 bits and a half, so that neither end is reached.
    const auto draw = (static_cast<double>(load_le(digest.view().first(8)) >> 11) + 0.5) * 0x1.0p-53;
    return -weight / std::log(draw);
}

std::vector<double> placement_weights(const std::vector<std::uint32_t>& classes) {
    if (classes.empty()) return {};
    auto sorted = classes;
    std::sort(sorted.begin(), sorted.end());
    const double cap = 2 * std::exp2(sorted[sorted.size() / 2]);
    std::vector<double> out;
    for (auto one : classes) out.push_back(std::min(cap, std::exp2(one)));
    return out;
}

}  // namespace catacomb::routing
