#include "storage/store/block_writer.hpp"

#include <algorithm>

namespace catacomb::storage {

Result<std::optional<StoredMeta>> BlockWriter::find(const BlockId& id) const {
    const auto value = transaction_.get(Table::meta, store_key(id));
    if (!value) return value.error();
    return *value ? StoredMeta::decode(id, **value) : std::nullopt;
}

Result<> BlockWriter::save(const BlockId& id, const StoredMeta& record) {
    return transaction_.put(Table::meta, store_key(id), record.encode(id));
}

Result<> BlockWriter::insert(const Put& put) {
    const auto record = StoredMeta::of(put);
    if (auto done = transaction_.put(Table::data, store_key(put.id), put.bytes); !done) return done;
    if (auto done = save(put.id, record); !done) return done;
    count_.blocks += 1;
    count_.bytes += quota_charge(put.bytes.size());
    return transaction_.put(Table::expiry, expiry_key(put.lease_end, put.id), {});
}

Result<> BlockWriter::extend(const BlockId& id, StoredMeta record, Time lease_end, Asker asker) {
    if (record.info.lease_end >= lease_end) return ok();
    if (auto done = remove_expiry(record.info.lease_end, id); !done) return done;
    record.info.lease_end = lease_end;
    record.info.asker = asker;
    if (auto done = save(id, record); !done) return done;
    return transaction_.put(Table::expiry, expiry_key(lease_end, id), {});
}

Result<> BlockWriter::note_fetched(const BlockId& id, Day day) {
    auto record = find(id);
    if (!record) return record.error();
    if (!*record || (*record)->info.fetched >= day) return ok();
    (*record)->info.fetched = day;
    return save(id, **record);
}

Result<> BlockWriter::erase(const BlockId& id) {
    const auto key = store_key(id);
    const auto data = transaction_.get(Table::data, key);
    if (!data) return data.error();
    const auto record = find(id);
    if (!record) return record.error();
    if (!*record && !*data) return transaction_.remove(Table::meta, key);
    const std::size_t size = *record ? (*record)->info.size : (*data)->size();
    if (*record) {
        if (auto done = remove_expiry((*record)->info.lease_end, id); !done) return done;
    }
    if (auto done = transaction_.remove(Table::data, key); !done) return done;
    count_.blocks -= std::min<std::uint64_t>(count_.blocks, 1);
    count_.bytes -= std::min(count_.bytes, quota_charge(size));
    return transaction_.remove(Table::meta, key);
}

Result<> BlockWriter::remove_expiry(Time lease_end, const BlockId& id) {
    return transaction_.remove(Table::expiry, expiry_key(lease_end, id));
}

}  // namespace catacomb::storage
