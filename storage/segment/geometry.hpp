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

enum class BlockClass : std::uint8_t { kib1 = 0, kib4 = 1, kib16 = 2, kib64 = 3 };
inline constexpr std::array kBlockClasses{BlockClass::kib1, BlockClass::kib4, BlockClass::kib16,
                                          BlockClass::kib64};

inline constexpr unsigned kMaxBlocks = 64;  // n of any segment, and the leaves of its Merkle tree
inline constexpr std::size_t kBlockHeaderSize = 8;
inline constexpr std::size_t kHashSize = 32;
inline constexpr unsigned kMerkleDepth = 6;
inline constexpr std::size_t kBlockOverhead =
    kBlockHeaderSize + 2 * kHashSize + kMerkleDepth * kHashSize;  // header, commitment, share, path
inline constexpr std::size_t kSealOverhead = 8 + 16;              // length in front, tag behind
inline constexpr std::size_t kMaxBlockSize = 64 * 1024;

static_assert(1u << kMerkleDepth == kMaxBlocks);
static_assert(kBlockOverhead == 264);

constexpr std::size_t block_size(BlockClass c) { return std::size_t{1024} << (2 * static_cast<unsigned>(c)); }
constexpr std::size_t fragment_size(BlockClass c) { return block_size(c) - kBlockOverhead; }

static_assert(fragment_size(BlockClass::kib1) == 760 && fragment_size(BlockClass::kib4) == 3832);
static_assert(fragment_size(BlockClass::kib16) == 16120 && fragment_size(BlockClass::kib64) == 65272);
static_assert(block_size(BlockClass::kib64) == kMaxBlockSize);

struct Profile {
    std::uint8_t k = 0;
    std::uint8_t n = 0;
    BlockClass block_class = BlockClass::kib1;

    constexpr auto operator<=>(const Profile&) const = default;

    constexpr bool valid() const {
        return k >= 1 && k < n && n <= kMaxBlocks && block_class <= BlockClass::kib64;
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
inline constexpr Profile kFullProfile{kFullK, 3 * kFullK, BlockClass::kib64};
inline constexpr std::size_t kFullSegment = kFullProfile.capacity();
static_assert(kFullSegment == 1'305'416);

// The smallest class in which k <= 20 holds `size` bytes, with k >= 8 and n = max(3k, 32).
// Requires: size <= kFullSegment.
Profile leaf_profile(std::size_t size);
// Branches are 20 of 60 whatever their size; only the class follows from it. Requires: size <= kFullSegment.
Profile branch_profile(std::size_t size);

// The three bytes k, n, class as they stand in headers, keys and branch entries. Code::malformed unless
// valid().
Result<Profile> to_profile(std::uint8_t k, std::uint8_t n, std::uint8_t block_class);

}  // namespace catacomb::storage
