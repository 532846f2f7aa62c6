// MemoryBlockStore: a BlockStore for simulations and tests. It keeps quota and leases like a real one, and
// what a crash leaves apart from what the program sees: all that a call did is durable when it returns, as
// BlockStore promises, unless syncs are held: a disk that lies, or a store that speaks too early.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "storage/store/block_store.hpp"

namespace catacomb::storage {

class MemoryBlockStore final : public BlockStore {
public:
    explicit MemoryBlockStore(std::uint64_t quota) : quota_(quota) {}

    std::vector<Result<>> put_group(std::span<const Put> puts) override;
    std::vector<Result<>> renew(std::span<const Renewal> renewals) override;
    Result<Bytes> get(const BlockId& id) override;
    Result<Bytes> fetch(const BlockId& id, Time now) override;
    bool has(const BlockId& id) override;
    Result<> remove(std::span<const BlockId> ids) override;
    Result<std::vector<BlockId>> expire(Time now, std::size_t max) override;
    Result<std::vector<BlockId>> list(const std::optional<BlockId>& after, std::size_t max) override;
    Result<BlockInfo> info(const BlockId& id) override;
    Usage usage() override;

    // Faults.
    void hold_syncs(bool hold);      // false: all that was held is durable now
    void crash();                    // forgets what was not synced, and remembers what it only thought gone
    bool damage(const BlockId& id);  // get() now says Code::corrupt; false when it is not there
    void fail_reads(bool fail);      // get() says Code::io, of what is there

private:
    struct Entry {
        std::shared_ptr<const Bytes> bytes;
        BlockInfo info;
        bool damaged = false;
    };
    using Entries = std::map<BlockId, Entry>;

    Result<> put(const Put& put);
    Result<> extend(const BlockId& id, Time lease_end, Asker asker);
    Result<Bytes> read(const BlockId& id) const;
    void erase(const BlockId& id);
    void changed(const BlockId& id);  // in entries_

    std::mutex mutex_;
    std::uint64_t quota_;
    std::uint64_t used_ = 0;
    bool holding_ = false;
    bool unreadable_ = false;
    Entries entries_;  // as the program sees them
    Entries durable_;  // as they are after a crash
};

}  // namespace catacomb::storage
