#include "storage/segment/merkle.hpp"

#include "base/check.hpp"

namespace catacomb::storage {
namespace {

Digest node_of(const Digest& left, const Digest& right) {
    return crypto::hash(crypto::label::kMerkleNode, left, right);
}

}  // namespace

MerkleTree::MerkleTree(std::span<const Digest> leaves) {
    CHECK(leaves.size() <= kMaxBlocks);
    const Digest missing = crypto::hash(crypto::label::kMerkleMissing);
    for (unsigned i = 0; i < kMaxBlocks; ++i)
        nodes_[kMaxBlocks + i] = i < leaves.size() ? leaves[i] : missing;
    for (unsigned i = kMaxBlocks - 1; i >= 1; --i) nodes_[i] = node_of(nodes_[2 * i], nodes_[2 * i + 1]);
}

MerklePath MerkleTree::path(unsigned index) const {
    CHECK(index < kMaxBlocks);
    MerklePath out;
    unsigned node = kMaxBlocks + index;
    for (auto& beside : out) {
        beside = nodes_[node ^ 1];
        node /= 2;
    }
    return out;
}

Digest merkle_top(const Digest& leaf, unsigned index, const MerklePath& path) {
    CHECK(index < kMaxBlocks);
    Digest out = leaf;
    for (const auto& beside : path) {
        out = index % 2 == 0 ? node_of(out, beside) : node_of(beside, out);
        index /= 2;
    }
    return out;
}

}  // namespace catacomb::storage
