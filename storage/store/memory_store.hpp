// MemoryBlockStore: a BlockStore for simulations and tests. It keeps quota and leases like a real one, and
// can be a disk that lies: while syncs are held, what put_group acknowledges is only in a cache that crash()
// empties.
#pragma once

#include <map>
#include <mutex>

#include "storage/store/block_store.hpp"

namespace catacomb::storage {

class MemoryBlockStore final : public BlockStore {
public:
    explicit MemoryBlockStore(std::uint64_t quota) : quota_(quota) {}

    std::vector<Result<>> put_group(std::span<const Put> puts) override;
    Result<Bytes> get(const BlockId& id) override;
    bool has(const BlockId& id) override;
    Result<> remove(std::span<const BlockId> ids) override;
    Result<std::size_t> expire(Time now, std::size_t max) override;
    Result<std::vector<BlockId>> list(const std::optional<BlockId>& after, std::size_t max) override;
    Result<Time> lease_end(const BlockId& id) override;
    Usage usage() override;

    // Faults.
    void hold_syncs(bool hold);
    void crash();                    // forgets what was not synced
    bool damage(const BlockId& id);  // get() now says Code::corrupt; false when it is not there

private:
    struct Entry {
        Bytes bytes;
        Time lease_end{};
        bool synced = true;
        bool damaged = false;
    };
    Result<> put(const Put& put);
    void erase(std::map<BlockId, Entry>::iterator at);

    std::mutex mutex_;
    std::uint64_t quota_;
    std::uint64_t used_ = 0;
    bool holding_ = false;
    std::map<BlockId, Entry> entries_;
};

}  // namespace catacomb::storage
