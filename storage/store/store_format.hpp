// The records of a vault's store (docs/spec/store.md 2): what it says of itself, keys, the metadata beside
// each block, and what a block costs of the quota. Pure; VaultStore puts them into LMDB.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::storage {

inline constexpr std::size_t kStorePage = 4096;
inline constexpr std::size_t kStoreKeySize = kHashSize + 1;
inline constexpr std::size_t kChecksumSize = 16;

inline constexpr std::size_t kRecordCheckSize = 4;
inline constexpr std::uint32_t kStoreFormat = 2;

// The store's word of itself: its format, and the tables that must be there. Tables may be added; a version
// that does not know one leaves it alone.
struct StoreHead {
    std::vector<std::string> tables;

    Bytes encode() const;
    // Code::refused: of another format. Code::corrupt.
    static Result<StoreHead> decode(ByteView from);
    bool names(std::string_view table) const;
};

// What is stored, counted in the transactions that change it, so that the count cannot drift.
struct StoreCount {
    std::uint64_t blocks = 0, bytes = 0;

    Bytes encode() const;
    static std::optional<StoreCount> decode(ByteView from);
};

using StoreKey = ByteArray<kStoreKeySize>;
StoreKey store_key(const BlockId& id);
std::optional<BlockId> from_store_key(ByteView key);

// Ordered by lease end (big-endian), then block.
ByteArray<8 + kStoreKeySize> expiry_key(Time lease_end, const BlockId& id);
struct Expiry {
    Time lease_end{};
    BlockId id;
};
std::optional<Expiry> from_expiry_key(ByteView key);

// Bytes of the pages that a block's run takes: its first page begins with a head of 16 bytes.
constexpr std::size_t run_size(std::size_t block) {
    return (block + 16 + kStorePage - 1) / kStorePage * kStorePage;
}
// Blocks fill the pages that they take: at most 4 % of a run is empty, and four quarter cells, each with its
// pointer (2), head (8) and key and made even, fill a page of the tree.
constexpr bool fills_its_run(std::size_t block) {
    return 100 * (run_size(block) - block) <= 4 * run_size(block);
}
static_assert(fills_its_run(block_size(BlockClass::cells1)) &&
              fills_its_run(block_size(BlockClass::cells4)) &&
              fills_its_run(block_size(BlockClass::cells16)) &&
              fills_its_run(block_size(BlockClass::cells64)));
static_assert(4 * (2 + 8 + kStoreKeySize + kQuarterCell + 1) == kStorePage - 16);

// What is kept beside a block.
struct StoredMeta {
    BlockInfo info;
    ByteArray<kChecksumSize> checksum{};

    static StoredMeta of(const Put& put);
    Bytes encode(const BlockId& id) const;
    // nullopt: damaged, or another block's.
    static std::optional<StoredMeta> decode(const BlockId& id, ByteView from);
};

// Over the block and its name, so that a block under another's name is damage too.
ByteArray<kChecksumSize> block_checksum(const BlockId& id, ByteView block);

}  // namespace catacomb::storage
