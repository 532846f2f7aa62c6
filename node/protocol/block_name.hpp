// The names that storage messages carry, checked: a root, an index, a profile. Hostile until they came
// through here.
#pragma once

#include <bit>

#include "base/codec.hpp"
#include "node/protocol/messages.hpp"
#include "routing/rendezvous/placement.hpp"
#include "storage/segment/block.hpp"

namespace catacomb::node {

// Code::malformed unless 32 bytes and an index below 64.
inline Result<storage::BlockId> to_block_id(const std::string& root, std::uint32_t index) {
    auto out = storage::Root::from(view(root));
    if (!out || index >= storage::kMaxBlocks) return error(Code::malformed);
    return storage::BlockId{*out, static_cast<std::uint8_t>(index)};
}

inline Result<storage::Profile> to_profile(std::uint32_t k, std::uint32_t n, std::uint32_t block_class) {
    if (k > 255 || n > 255 || block_class > 255) return error(Code::malformed);
    return storage::to_profile(static_cast<std::uint8_t>(k), static_cast<std::uint8_t>(n),
                               static_cast<std::uint8_t>(block_class));
}

// Where a block belongs on the ring, and the prefix by which inventories and registries know it.
inline routing::RingId position_of(const storage::BlockId& block) {
    return routing::block_position(block.root, block.index);
}
inline routing::PositionPrefix prefix_of(const storage::BlockId& block) {
    return routing::prefix_of(position_of(block));
}
// By which blocks of one segment are counted where the whole root would be too much.
using RootTag = std::uint64_t;
inline RootTag root_tag(const storage::Root& root) { return load_le(root.view().first(8)); }

// Bit i for block i.
using BlockMask = std::uint64_t;
inline BlockMask bit(unsigned index) { return BlockMask{1} << index; }
inline BlockMask all_of(unsigned n) { return n >= 64 ? ~BlockMask{0} : bit(n) - 1; }
inline unsigned count_of(BlockMask blocks) { return static_cast<unsigned>(std::popcount(blocks)); }

}  // namespace catacomb::node
