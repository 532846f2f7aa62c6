#include "storage/store/vault_store.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "storage/store/lmdb.hpp"
#include "storage/store/lmdb_check.hpp"
#include "storage/store/store_format.hpp"
#include "storage/store/vault_files.hpp"

namespace catacomb::storage {
namespace {

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kRemoveBatch = 64;
constexpr std::uint64_t kDiskMargin = std::uint64_t{16} << 20;

Error damaged_block() { return error(Code::corrupt, "the stored block is damaged"); }

Error disk_full() { return error(Code::full, "the disk of the vault is full"); }

// What is stored, counted in the transactions that change it, so that the count cannot drift.
struct Count {
    std::uint64_t blocks = 0, bytes = 0;

    Bytes encode() const { return Writer().u32(kFormat).u64(blocks).u64(bytes).take(); }
    static Result<Count> decode(ByteView from) {
        Reader in(from);
        const auto format = in.u32();
        const auto blocks = in.u64();
        const auto bytes = in.u64();
        if (!in.done() || format != kFormat)
            return error(Code::corrupt, "the vault's store is of another format");
        return Count{blocks, bytes};
    }
};

// One block's records, within a transaction.
class BlockWriter {
public:
    BlockWriter(LmdbTransaction& transaction, Count& count) : transaction_(transaction), count_(count) {}

    Result<> insert(const Put& put);
    Result<> extend(const BlockId& id, StoredMeta record, Time lease_end);
    Result<> erase(const BlockId& id);
    // nullopt: there is none, or it is damaged.
    Result<std::optional<StoredMeta>> find(const BlockId& id) const;
    Result<> remove_expiry(Time lease_end, const BlockId& id) {
        return transaction_.remove(Table::expiry, expiry_key(lease_end, id));
    }

private:
    LmdbTransaction& transaction_;
    Count& count_;
};

Result<> BlockWriter::insert(const Put& put) {
    const auto key = store_key(put.id);
    const auto record = StoredMeta::of(put);
    const auto body = ByteView(put.bytes).first(put.bytes.size() - record.tail.size());
    if (auto done = transaction_.put(Table::data, key, body); !done) return done;
    if (auto done = transaction_.put(Table::meta, key, record.encode()); !done) return done;
    count_.blocks += 1;
    count_.bytes += quota_charge(put.bytes.size());
    return transaction_.put(Table::expiry, expiry_key(put.lease_end, put.id), {});
}

Result<> BlockWriter::extend(const BlockId& id, StoredMeta record, Time lease_end) {
    if (record.lease_end >= lease_end) return ok();
    if (auto done = remove_expiry(record.lease_end, id); !done) return done;
    record.lease_end = lease_end;
    if (auto done = transaction_.put(Table::meta, store_key(id), record.encode()); !done) return done;
    return transaction_.put(Table::expiry, expiry_key(lease_end, id), {});
}

Result<> BlockWriter::erase(const BlockId& id) {
    const auto key = store_key(id);
    const auto data = transaction_.get(Table::data, key);
    if (!data) return data.error();
    const auto record = find(id);
    if (!record) return record.error();
    if (!*record && !*data) return ok();
    const std::size_t size = *record ? (*record)->size : (*data)->size();
    if (*record) {
        if (auto done = remove_expiry((*record)->lease_end, id); !done) return done;
    }
    if (auto done = transaction_.remove(Table::data, key); !done) return done;
    count_.blocks -= std::min<std::uint64_t>(count_.blocks, 1);
    count_.bytes -= std::min(count_.bytes, quota_charge(size));
    return transaction_.remove(Table::meta, key);
}

Result<std::optional<StoredMeta>> BlockWriter::find(const BlockId& id) const {
    const auto value = transaction_.get(Table::meta, store_key(id));
    if (!value) return value.error();
    return *value ? StoredMeta::decode(**value) : std::nullopt;
}

}  // namespace

struct VaultStore::Environment {
    FileLock lock;
    DiskReserve reserve;
    VaultStoreOptions options;
    std::unique_ptr<Lmdb> lmdb;
    std::mutex writer{};  // one write at a time
    mutable std::mutex counting{};
    Count count{};  // as of the last commit

    Count counted() const {
        const std::lock_guard held(counting);
        return count;
    }
    Result<> load_count();
    Result<> write(std::uint64_t payload, const std::function<Result<>(BlockWriter&, const Count&)>& work);
    template <class Item, class Work>
    Result<> in_batches(std::span<const Item> items, Work work);
    bool disk_has_room(std::uint64_t payload);
    Result<> put(BlockWriter& writes, const Count& now, const Put& put, bool replace, bool& over_quota) const;
    Result<StoredMeta> meta(const LmdbSnapshot& snapshot, const BlockId& id) const;
    Result<Bytes> get(const BlockId& id) const;
    Result<std::vector<Expiry>> ended(Time now, std::size_t max) const;
};

Result<> VaultStore::Environment::load_count() {
    const auto snapshot = lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto value = snapshot->get(Table::info, view("usage"));
    if (!value) return value.error();
    if (!*value) return ok();
    const auto stored = Count::decode(**value);
    if (!stored) return stored.error();
    count = *stored;
    return ok();
}

Result<> VaultStore::Environment::write(std::uint64_t payload,
                                        const std::function<Result<>(BlockWriter&, const Count&)>& work) {
    Count next = counted();
    auto written = lmdb->write(payload, [&](LmdbTransaction& transaction) -> Result<> {
        BlockWriter writes(transaction, next);
        if (auto done = work(writes, next); !done) return done;
        return transaction.put(Table::info, view("usage"), next.encode());
    });
    if (!written) return written;
    const std::lock_guard held(counting);
    count = next;
    return ok();
}

// Deletes write too: in small transactions, then one by one, and at last into the reserve's room.
template <class Item, class Work>
Result<> VaultStore::Environment::in_batches(std::span<const Item> items, Work work) {
    std::size_t batch = kRemoveBatch;
    while (!items.empty()) {
        const auto some = items.first(std::min(batch, items.size()));
        const auto done = write(0, [&](BlockWriter& writes, const Count&) {
            for (const auto& item : some) {
                if (auto one = work(writes, item); !one) return one;
            }
            return ok();
        });
        if (done) {
            items = items.subspan(some.size());
        } else if (done.error().is(Code::corrupt)) {
            return done;
        } else if (batch > 1) {
            batch = 1;
        } else if (reserve.held()) {
            reserve.release();
        } else {
            return done;
        }
    }
    return ok();
}

bool VaultStore::Environment::disk_has_room(std::uint64_t payload) {
    const auto missing = reserve.held() ? 0 : reserve.size();
    return options.free_space() >= payload + missing + kDiskMargin && reserve.hold();
}

Result<> VaultStore::Environment::put(BlockWriter& writes, const Count& now, const Put& put, bool replace,
                                      bool& over_quota) const {
    const auto old = writes.find(put.id);
    if (!old) return old.error();
    if (*old && !replace) return writes.extend(put.id, **old, put.lease_end);
    if (auto erased = writes.erase(put.id); !erased) return erased;
    over_quota = now.bytes + quota_charge(put.bytes.size()) > options.quota;
    if (over_quota) return error(Code::full, "the vault's quota is used up");
    return writes.insert(put);
}

Result<StoredMeta> VaultStore::Environment::meta(const LmdbSnapshot& snapshot, const BlockId& id) const {
    const auto value = snapshot.get(Table::meta, store_key(id));
    if (!value) return value.error();
    if (!*value) return error(Code::not_found);
    auto record = StoredMeta::decode(**value);
    if (!record) return damaged_block();
    return std::move(*record);
}

Result<Bytes> VaultStore::Environment::get(const BlockId& id) const {
    const auto snapshot = lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto record = meta(*snapshot, id);
    if (!record) return record.error();
    Bytes out;
    out.reserve(record->size);
    const auto found = snapshot->append_value(Table::data, store_key(id), out);
    if (!found) return found.error();
    append(out, record->tail);
    if (out.size() != record->size || block_checksum(id, out) != record->checksum) return damaged_block();
    return out;
}

Result<std::vector<Expiry>> VaultStore::Environment::ended(Time now, std::size_t max) const {
    const auto snapshot = lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    std::vector<Expiry> out;
    bool sound = true;
    const auto scanned = snapshot->scan(Table::expiry, expiry_key(Time{}, {}), [&](ByteView key) {
        const auto entry = from_expiry_key(key);
        sound = entry.has_value();
        if (!sound || entry->lease_end > now || out.size() == max) return false;
        out.push_back(*entry);
        return true;
    });
    if (!scanned) return scanned.error();
    if (!sound) return error(Code::corrupt, "the vault's list of leases is damaged");
    return out;
}

VaultStore::VaultStore(std::unique_ptr<Environment> environment) : env_(std::move(environment)) {}
VaultStore::~VaultStore() = default;

Result<std::unique_ptr<VaultStore>> VaultStore::open(const std::string& directory,
                                                     VaultStoreOptions options) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) return error(Code::io, "cannot create " + directory + ": " + failed.message());
    auto lock = FileLock::take(directory + "/lock");
    if (!lock) return lock.error();
    if (auto sound = check_data_file(directory + "/data.mdb"); !sound) return sound.error();

    if (options.map_size == 0) options.map_size = options.quota / 4 * 5 + (std::uint64_t{1} << 30);
    if (!options.free_space) options.free_space = [directory] { return free_disk_space(directory); };
    auto lmdb = Lmdb::open(directory, options.map_size);
    if (!lmdb) return lmdb.error();
    DiskReserve reserve(directory + "/reserve", options.reserve);
    std::unique_ptr<Environment> environment(
        new Environment{std::move(*lock), std::move(reserve), std::move(options), std::move(*lmdb)});
    if (auto loaded = environment->load_count(); !loaded) return loaded.error();
    environment->disk_has_room(0);  // takes the reserve, where there is room for it
    return std::unique_ptr<VaultStore>(new VaultStore(std::move(environment)));
}

std::vector<Result<>> VaultStore::put_group(std::span<const Put> puts) {
    const std::lock_guard lock(env_->writer);
    std::vector<Result<>> out(puts.size(), ok());
    std::vector<bool> replace;
    std::uint64_t payload = 0;
    for (const auto& put : puts) {
        CHECK(!put.bytes.empty() && put.bytes.size() <= kMaxBlockSize);
        payload += quota_charge(put.bytes.size());
        const auto stored = env_->get(put.id);
        replace.push_back(!stored && stored.error().is(Code::corrupt));
    }
    if (!env_->disk_has_room(payload)) {
        out.assign(puts.size(), disk_full());
        return out;
    }
    const auto written = env_->write(payload, [&](BlockWriter& writes, const Count& now) {
        for (std::size_t i = 0; i < puts.size(); ++i) {
            bool over_quota = false;
            out[i] = env_->put(writes, now, puts[i], replace[i], over_quota);
            // A put that is over the quota fails alone; any other failure spoils the transaction.
            if (!out[i] && !over_quota) return out[i];
        }
        return ok();
    });
    if (!written) {
        // LMDB reports a disk that filled up meanwhile as an input/output error.
        const bool full = written.error().is(Code::io) && !env_->disk_has_room(payload);
        out.assign(puts.size(), full ? disk_full() : written.error());
    }
    return out;
}

Result<Bytes> VaultStore::get(const BlockId& id) { return env_->get(id); }

bool VaultStore::has(const BlockId& id) {
    const auto found = lease_end(id);
    return found || !found.error().is(Code::not_found);
}

Result<Time> VaultStore::lease_end(const BlockId& id) {
    const auto snapshot = env_->lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto record = env_->meta(*snapshot, id);
    if (!record) return record.error();
    return record->lease_end;
}

Result<> VaultStore::remove(std::span<const BlockId> ids) {
    const std::lock_guard lock(env_->writer);
    return env_->in_batches(ids, [](BlockWriter& writes, const BlockId& id) { return writes.erase(id); });
}

Result<std::size_t> VaultStore::expire(Time now, std::size_t max) {
    const std::lock_guard lock(env_->writer);
    const auto ended = env_->ended(now, max);
    if (!ended) return ended.error();
    const auto before = env_->counted().blocks;
    const auto done =
        env_->in_batches(std::span<const Expiry>(*ended), [](BlockWriter& writes, const Expiry& entry) {
            const auto record = writes.find(entry.id);
            if (!record) return Result<>(record.error());
            const bool current = *record && (*record)->lease_end == entry.lease_end;
            // Otherwise left behind by damage: the entry goes, the block it no longer speaks for stays.
            return current ? writes.erase(entry.id) : writes.remove_expiry(entry.lease_end, entry.id);
        });
    if (!done) return done.error();
    return static_cast<std::size_t>(before - env_->counted().blocks);
}

Result<std::vector<BlockId>> VaultStore::list(const std::optional<BlockId>& after, std::size_t max) {
    const auto snapshot = env_->lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    std::vector<BlockId> out;
    bool sound = true;
    const auto scanned = snapshot->scan(Table::meta, store_key(after.value_or(BlockId{})), [&](ByteView key) {
        const auto id = from_store_key(key);
        sound = id.has_value();
        if (!sound || out.size() == max) return false;
        if (!after || *after < *id) out.push_back(*id);
        return true;
    });
    if (!scanned) return scanned.error();
    if (!sound) return error(Code::corrupt, "the vault's list of blocks is damaged");
    return out;
}

Usage VaultStore::usage() {
    const auto count = env_->counted();
    return {count.blocks, count.bytes, env_->options.quota};
}

}  // namespace catacomb::storage
