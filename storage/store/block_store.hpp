// BlockStore: where a vault keeps blocks (docs/spec/store.md). put_group is one durable transaction: when it
// returns, what it accepted survives kill -9 and power loss; the caller batches (32 blocks or 4 MiB is a
// good group). Calls may come from any thread; writes take turns. They block on the disk: run them on a
// worker.
#pragma once

#include <functional>

#include "base/time.hpp"
#include "storage/segment/block.hpp"

namespace catacomb::storage {

inline constexpr std::size_t kPutGroupBlocks = 32;
inline constexpr std::size_t kPutGroupBytes = 4 * 1024 * 1024;

struct Put {
    BlockId id;
    Bytes bytes;  // one block; the store does not look into it
    Time lease_end{};
};

struct Usage {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;  // charged against the quota: whole pages and index
    std::uint64_t quota = 0;
};

class BlockStore {
public:
    virtual ~BlockStore() = default;

    // Put-if-absent, one result per put, in order. A block that is there already stays, its lease is extended
    // to the later end, and the result is success; one that is there but damaged is replaced. Code::full:
    // quota or disk; nothing that was stored before is lost. Code::io: the disk said no. Requires: 1 <=
    // bytes.size() <= kMaxBlockSize each.
    virtual std::vector<Result<>> put_group(std::span<const Put> puts) = 0;
    // Code::not_found: was never here or is gone. Code::corrupt: it is here, damaged. Code::io.
    virtual Result<Bytes> get(const BlockId& id) = 0;
    virtual bool has(const BlockId& id) = 0;
    // Removing what is not there is no error.
    virtual Result<> remove(std::span<const BlockId> ids) = 0;
    // Removes at most `max` blocks whose lease ended at or before `now`, earliest first; says how many.
    virtual Result<std::size_t> expire(Time now, std::size_t max) = 0;
    // Up to `max` ids after `after` in the order of BlockId; from the first when there is none.
    virtual Result<std::vector<BlockId>> list(const std::optional<BlockId>& after, std::size_t max) = 0;
    virtual Result<Time> lease_end(const BlockId& id) = 0;
    virtual Usage usage() = 0;
};

// What one block of `size` bytes costs of a quota (docs/spec/store.md 4).
std::uint64_t quota_charge(std::size_t size);

}  // namespace catacomb::storage
