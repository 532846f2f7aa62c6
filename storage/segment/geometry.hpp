// Geometry of segments and blocks (docs/spec/segments.md 1): every length follows from here. A Profile
// says how one segment is cut: k data fragments, n blocks in all, and the class of the blocks. Values
// only.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace catacomb::storage {

// By what a block takes of the cells that carry it.
enum class BlockClass : std::uint8_t { quarter_cell = 0, cells1 = 1, cells4 = 2, cells16 = 3, cells64 = 4 };
inline constexpr std::array kBlockClasses{BlockClass::quarter_cell, BlockClass::cells1, BlockClass::cells4,
                                          BlockClass::cells16, BlockClass::cells64};

// What one cell carries of a message in the narrower direction, and what a message keeps of its cells for the
// things beside the block. node/protocol/carriage.cpp holds both against cells and frames,
// storage/store/store_format.hpp the sizes that follow against pages.
inline constexpr std::size_t kCellData = 3984;
inline constexpr std::size_t kBesideBlock = 48;
inline constexpr std::size_t kQuarterCell = 976;  // four lie in a page of the store's tree

inline constexpr unsigned kMaxBlocks = 64;  // n of any segment, and the leaves of its Merkle tree
inline constexpr std::size_t kBlockHeaderSize = 8;
inline constexpr std::size_t kHashSize = 32;
inline constexpr unsigned kMerkleDepth = 6;
inline constexpr std::size_t kBlockOverhead =
    kBlockHeaderSize + 2 * kHashSize + kMerkleDepth * kHashSize;  // header, commitment, share, path
inline constexpr std::size_t kSealOverhead = 8 + 16;              // length in front, tag behind

static_assert(1u << kMerkleDepth == kMaxBlocks);
static_assert(kBlockOverhead == 264);

// Cells that a block of this class and what stands beside it fill; a block of a quarter travels alone in one.
constexpr std::size_t cells_of(BlockClass c) {
    return c == BlockClass::quarter_cell ? 1 : std::size_t{1} << 2 * (static_cast<unsigned>(c) - 1);
}
constexpr std::size_t block_size(BlockClass c) {
    return c == BlockClass::quarter_cell ? kQuarterCell : cells_of(c) * kCellData - kBesideBlock;
}
constexpr std::size_t fragment_size(BlockClass c) { return block_size(c) - kBlockOverhead; }
inline constexpr std::size_t kMaxBlockSize = block_size(BlockClass::cells64);

static_assert(4 * kQuarterCell <= kCellData - kBesideBlock);
static_assert(fragment_size(BlockClass::quarter_cell) == 712 && fragment_size(BlockClass::cells1) == 3672);
static_assert(fragment_size(BlockClass::cells4) == 15624 && fragment_size(BlockClass::cells16) == 63432);
static_assert(kMaxBlockSize == 254'928);

struct Profile {
    std::uint8_t k = 0;
    std::uint8_t n = 0;
    BlockClass block_class = BlockClass::quarter_cell;

    constexpr auto operator<=>(const Profile&) const = default;

    constexpr bool valid() const {
        return k >= 1 && k < n && n <= kMaxBlocks && block_class <= BlockClass::cells64;
    }
    constexpr std::size_t block() const { return block_size(block_class); }
    constexpr std::size_t fragment() const { return fragment_size(block_class); }
    // Bytes of the k data fragments together: the sealed segment.
    constexpr std::size_t stripe() const { return k * fragment(); }
    // The most bytes of content that one segment of this profile holds.
    constexpr std::size_t capacity() const { return stripe() - kSealOverhead; }
};

inline constexpr unsigned kFullK = 20;
inline constexpr unsigned kLeastK = 8;
inline constexpr unsigned kLeastN = 32;
inline constexpr Profile kFullProfile{kFullK, 3 * kFullK, BlockClass::cells64};
inline constexpr std::size_t kFullSegment = kFullProfile.capacity();
static_assert(kFullSegment == 5'093'256);

// The smallest class in which k <= 20 holds `size` bytes, with k >= 8 and n = max(3k, 32).
// Requires: size <= kFullSegment.
Profile leaf_profile(std::size_t size);
// Branches are 20 of 60 whatever their size; only the class follows from it. Requires: size <= kFullSegment.
Profile branch_profile(std::size_t size);

// The three bytes k, n, class as they stand in headers, keys and branch entries. Code::malformed unless
// valid().
Result<Profile> to_profile(std::uint8_t k, std::uint8_t n, std::uint8_t block_class);

}  // namespace catacomb::storage
