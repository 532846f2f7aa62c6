// Placement: where on the ring a block belongs, and which of a rendezvous' vaults should take it
// (docs/spec/storage-messages.md 4). Pure.
#pragma once

#include "routing/identity.hpp"

namespace catacomb::routing {

// P = H("position", root, index). The responsible relay is successor(P).
RingId block_position(ByteView root, std::uint8_t index);
// The first 8 bytes: what inventories and registries know of a block.
using PositionPrefix = std::uint64_t;
PositionPrefix prefix_of(const RingId& position);

// Weighted rendezvous hashing (highest random weight, in the logarithmic form): every relay ranks the vaults
// of a position alike, and a vault gets blocks in proportion to its weight. Requires: weight > 0. Higher is
// better.
double placement_score(const RingId& position, const VaultId& vault, double weight);

// Weights from capacity classes: 2^class, capped at twice the median, so that nobody buys the network with
// one number.
std::vector<double> placement_weights(const std::vector<std::uint32_t>& capacity_classes);

}  // namespace catacomb::routing
