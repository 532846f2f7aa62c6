// BlockStore: where a vault keeps blocks (docs/spec/store.md). put_group is one durable transaction: when it
// returns, what it accepted survives kill -9 and power loss; the caller batches (32 blocks or 4 MiB is a good
// group). Calls may come from any thread; writes take turns. They block on the disk: run them on a worker.
#pragma once

#include <functional>

#include "base/time.hpp"
#include "storage/segment/block.hpp"

namespace catacomb::storage {

inline constexpr std::size_t kPutGroupBlocks = 32;
inline constexpr std::size_t kPutGroupBytes = 4 * 1024 * 1024;

// Days since 1970. When a block came and when it was last fetched is kept no finer: disks are seized.
using Day = std::uint32_t;
Day day_of(Time when);

// Who asked for a lease.
enum class Asker : std::uint8_t { insert = 0, renew = 1, steward = 2, hand_over = 3 };

struct Put {
    BlockId id;
    Bytes bytes;  // one block; the store does not look into it
    Time lease_end{};
    Profile profile{};  // as its header says
    Asker asker = Asker::insert;
    Time now{};
};

struct Renewal {
    BlockId id;
    Time lease_end{};
    Asker asker = Asker::renew;
    std::uint32_t size = 0;  // of the block that is meant, in bytes; 0: whatever it is
};

struct BlockInfo {
    std::uint32_t size = 0;  // bytes
    Profile profile{};
    std::uint8_t flags = 0;  // none has a meaning yet
    Asker asker = Asker::insert;
    Time lease_end{};
    Day stored = 0, fetched = 0;  // fetched: 0 when it never was
    bool operator==(const BlockInfo&) const = default;
};

struct Usage {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;  // charged against the quota: whole pages and index
    std::uint64_t quota = 0;
    bool disk_full = false;  // the disk had no room for the last group, whatever the quota says
};

class BlockStore {
public:
    virtual ~BlockStore() = default;

    // Put-if-absent, one result per put, in order; one that fails does not fail the others. A block that is
    // there already stays, its lease is extended to the later end, and the result is success; one that is
    // there but damaged or cannot be read is replaced. Code::full: quota or disk; nothing that was stored
    // before is lost. Code::io: the disk said no. Requires: 1 <= bytes.size() <= kMaxBlockSize each.
    virtual std::vector<Result<>> put_group(std::span<const Put> puts) = 0;
    // Extends leases without a body, in one durable transaction, one result each. Only of what is read and
    // found whole: else Code::not_found (also for another size), Code::corrupt, Code::io.
    virtual std::vector<Result<>> renew(std::span<const Renewal> renewals) = 0;
    // Code::not_found: was never here or is gone. Code::corrupt: it is here, damaged. Code::io: it is here,
    // and the disk cannot read it.
    virtual Result<Bytes> get(const BlockId& id) = 0;
    // The same, for somebody who asked for it on that day; the day is kept with some later commit.
    virtual Result<Bytes> fetch(const BlockId& id, Time now) = 0;
    virtual bool has(const BlockId& id) = 0;
    // Removing what is not there is no error.
    virtual Result<> remove(std::span<const BlockId> ids) = 0;
    // Removes at most `max` blocks whose lease ended at or before `now`, earliest first, and says which.
    virtual Result<std::vector<BlockId>> expire(Time now, std::size_t max) = 0;
    // Up to `max` ids after `after` in the order of BlockId; from the first when there is none.
    virtual Result<std::vector<BlockId>> list(const std::optional<BlockId>& after, std::size_t max) = 0;
    // What is kept beside the block. Errors as of get.
    virtual Result<BlockInfo> info(const BlockId& id) = 0;
    virtual Usage usage() = 0;
};

// What one block of `size` bytes costs of a quota (docs/spec/store.md 4).
std::uint64_t quota_charge(std::size_t size);

}  // namespace catacomb::storage
