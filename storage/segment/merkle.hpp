// The Merkle tree over a segment's blocks: always 64 leaves, a constant for those that are missing, inner
// nodes under a tag of their own, so that no leaf is ever taken for a node (docs/spec/segments.md 4).
#pragma once

#include "crypto/hash.hpp"
#include "storage/segment/geometry.hpp"

namespace catacomb::storage {

using crypto::Digest;
// The hashes beside the way from leaf to top.
using MerklePath = std::array<Digest, kMerkleDepth>;

class MerkleTree {
public:
    // Requires: at most 64 leaves.
    explicit MerkleTree(std::span<const Digest> leaves);
    const Digest& top() const { return nodes_[1]; }
    MerklePath path(unsigned index) const;

private:
    std::array<Digest, 2 * kMaxBlocks> nodes_;  // node i has children 2i and 2i + 1; leaf j is node 64 + j
};

// The top that `leaf` at `index` (< 64) and its path lead to.
Digest merkle_top(const Digest& leaf, unsigned index, const MerklePath& path);

}  // namespace catacomb::storage
