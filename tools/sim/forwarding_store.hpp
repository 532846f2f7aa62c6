// ForwardingStore: a vault's store that does what another one does. What a test wants otherwise it overrides.
#pragma once

#include "storage/store/block_store.hpp"

namespace catacomb::sim {

class ForwardingStore : public storage::BlockStore {
public:
    // `truth` outlives it.
    explicit ForwardingStore(storage::BlockStore& truth) : truth_(truth) {}

    std::vector<Result<>> put_group(std::span<const storage::Put> puts) override {
        return truth_.put_group(puts);
    }
    std::vector<Result<>> renew(std::span<const storage::Renewal> renewals) override {
        return truth_.renew(renewals);
    }
    Result<Bytes> get(const storage::BlockId& id) override { return truth_.get(id); }
    // As get() has it, which is what tests override.
    Result<Bytes> fetch(const storage::BlockId& id, Time) override { return get(id); }
    bool has(const storage::BlockId& id) override { return truth_.has(id); }
    Result<> remove(std::span<const storage::BlockId> ids) override { return truth_.remove(ids); }
    Result<std::vector<storage::BlockId>> expire(Time now, std::size_t max) override {
        return truth_.expire(now, max);
    }
    Result<std::vector<storage::BlockId>> list(const std::optional<storage::BlockId>& after,
                                               std::size_t max) override {
        return truth_.list(after, max);
    }
    Result<storage::BlockInfo> info(const storage::BlockId& id) override { return truth_.info(id); }
    storage::Usage usage() override { return truth_.usage(); }

protected:
    storage::BlockStore& truth_;
};

}  // namespace catacomb::sim
