// What the storage tests share: content from a seed, and a segment's blocks as a reader would hold them.
#pragma once

#include <algorithm>

#include "crypto/random.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::storage {

inline Bytes random_bytes(std::uint64_t seed, std::size_t size) {
    Bytes out(size);
    crypto::SeededRng(seed).fill(out);
    return out;
}

inline Key256 random_key(std::uint64_t seed) { return Key256::copy_of(random_bytes(seed, 32)); }

inline Block block_of(const SegmentBlocks& segment, unsigned index) {
    return *Block::verify({segment.root(), static_cast<std::uint8_t>(index)}, segment.block(index));
}

inline std::vector<Block> blocks_of(const SegmentBlocks& segment, const std::vector<unsigned>& indexes) {
    std::vector<Block> out;
    for (auto index : indexes) out.push_back(block_of(segment, index));
    return out;
}

inline std::vector<unsigned> indexes_below(unsigned n) {
    std::vector<unsigned> out(n);
    for (unsigned i = 0; i < n; ++i) out[i] = i;
    return out;
}

// `count` different indexes below n, in random order.
inline std::vector<unsigned> some_indexes(Rng& rng, unsigned n, unsigned count) {
    auto out = indexes_below(n);
    rng.shuffle(out);
    out.resize(count);
    return out;
}

// The stripe that k random blocks of the segment give.
inline Result<SealedStripe> recover_some(const SegmentBlocks& segment, Rng& rng) {
    const auto blocks = blocks_of(segment, some_indexes(rng, segment.profile().n, segment.profile().k));
    return SealedStripe::recover(blocks);
}

}  // namespace catacomb::storage
