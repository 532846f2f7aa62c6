// The names that storage messages carry, checked: a root, an index, a profile. Hostile until they came
// through here.
#pragma once

#include "node/protocol/messages.hpp"
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

// Bit i for block i.
using BlockMask = std::uint64_t;
inline BlockMask bit(unsigned index) { return BlockMask{1} << index; }
inline BlockMask all_of(unsigned n) { return n >= 64 ? ~BlockMask{0} : bit(n) - 1; }

}  // namespace catacomb::node
