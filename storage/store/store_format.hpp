// The records of a vault's store (docs/spec/store.md 2): keys, the metadata beside each block, and what a
// block costs of the quota. Pure; VaultStore puts them into LMDB.
#pragma once

#include "base/time.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::storage {

inline constexpr std::size_t kStorePage = 4096;
inline constexpr std::size_t kStoreKeySize = kHashSize + 1;
inline constexpr std::size_t kTailSize = 16;
inline constexpr std::size_t kChecksumSize = 16;

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

// A run of n pages holds n × 4096 - 16 bytes, so a block that fills pages exactly keeps its last bytes with
// the metadata.
constexpr std::size_t tail_size(std::size_t block) { return block % kStorePage == 0 ? kTailSize : 0; }

// Blocks fill the pages that they take: at most 4 % of a run is empty, and four quarter cells, each with its
// pointer (2), head (8) and key and made even, fill a page of the tree.
constexpr bool fills_its_run(std::size_t block) {
    const auto run = (block + 16 + kStorePage - 1) / kStorePage * kStorePage;
    return 100 * (run - block) <= 4 * run;
}
static_assert(fills_its_run(block_size(BlockClass::cells1)) &&
              fills_its_run(block_size(BlockClass::cells4)) &&
              fills_its_run(block_size(BlockClass::cells16)));
static_assert(4 * (2 + 8 + kStoreKeySize + kQuarterCell + 1) == kStorePage - 16);

struct StoredMeta {
    Time lease_end{};
    std::uint32_t size = 0;  // of the whole block
    ByteArray<kChecksumSize> checksum{};
    Bytes tail;

    static StoredMeta of(const Put& put);
    Bytes encode() const;
    static std::optional<StoredMeta> decode(ByteView from);
};

// Over the block and its name, so that a block under another's name is damage too.
ByteArray<kChecksumSize> block_checksum(const BlockId& id, ByteView block);

}  // namespace catacomb::storage
