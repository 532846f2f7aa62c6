// BlockWriter: one block's records within a transaction (docs/spec/store.md 2), and the count that changes
// with them.
#pragma once

#include "storage/store/lmdb.hpp"

namespace catacomb::storage {

class BlockWriter {
public:
    BlockWriter(LmdbTransaction& transaction, StoreCount& count) : transaction_(transaction), count_(count) {}

    const StoreCount& count() const { return count_; }
    // How often the transaction was written to.
    std::size_t changes() const { return transaction_.changes(); }
    // nullopt: there is none, or it is damaged.
    Result<std::optional<StoredMeta>> find(const BlockId& id) const;
    Result<> insert(const Put& put);
    // To the later end.
    Result<> extend(const BlockId& id, StoredMeta record, Time lease_end, Asker asker);
    Result<> note_fetched(const BlockId& id, Day day);
    // Removing what is not there is no error.
    Result<> erase(const BlockId& id);
    Result<> remove_expiry(Time lease_end, const BlockId& id);

private:
    Result<> save(const BlockId& id, const StoredMeta& record);
    LmdbTransaction& transaction_;
    StoreCount& count_;
};

}  // namespace catacomb::storage
