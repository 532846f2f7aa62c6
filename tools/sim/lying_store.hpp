// LyingStore: a vault's store that tells lies once it is told to: each operation can be replaced. Among the
// lies: one that takes every block and keeps none, and one whose disk reads nothing.
#pragma once

#include "storage/store/block_store.hpp"

namespace catacomb::sim {

class LyingStore final : public storage::BlockStore {
public:
    struct Lies {
        // What get() gives instead of the truth; none: the truth.
        std::function<Result<Bytes>(storage::BlockStore& truth, const storage::BlockId& id)> get;
        bool drops = false;  // says that it keeps what it is given, and does not
    };
    LyingStore(storage::BlockStore& truth, Lies lies) : truth_(truth), lies_(std::move(lies)) {}

    static Lies drops_all();
    static Lies reads_fail();

    std::vector<Result<>> put_group(std::span<const storage::Put> puts) override;
    Result<Bytes> get(const storage::BlockId& id) override;
    bool has(const storage::BlockId& id) override { return truth_.has(id); }
    Result<> remove(std::span<const storage::BlockId> ids) override { return truth_.remove(ids); }
    Result<Bytes> fetch(const storage::BlockId& id, Time) override { return get(id); }
    std::vector<Result<>> renew(std::span<const storage::Renewal> renewals) override {
        return truth_.renew(renewals);
    }
    Result<std::vector<storage::BlockId>> expire(Time now, std::size_t max) override {
        return truth_.expire(now, max);
    }
    Result<std::vector<storage::BlockId>> list(const std::optional<storage::BlockId>& after,
                                               std::size_t max) override {
        return truth_.list(after, max);
    }
    Result<storage::BlockInfo> info(const storage::BlockId& id) override { return truth_.info(id); }
    storage::Usage usage() override { return truth_.usage(); }

    bool lying = false;

private:
    storage::BlockStore& truth_;
    Lies lies_;
};

}  // namespace catacomb::sim
