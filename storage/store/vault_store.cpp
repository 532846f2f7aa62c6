#include "storage/store/vault_store.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>

#include "base/check.hpp"
#include "storage/store/block_writer.hpp"
#include "storage/store/fetch_days.hpp"
#include "storage/store/lmdb_check.hpp"
#include "storage/store/vault_files.hpp"

namespace catacomb::storage {
namespace {

constexpr std::size_t kRemoveBatch = 64;
constexpr std::string_view kCountKey = "usage";
constexpr std::uint64_t kDiskMargin = std::uint64_t{16} << 20;

Error damaged_block() { return error(Code::corrupt, "the stored block is damaged"); }

Error disk_full() { return error(Code::full, "the disk of the vault is full"); }

}  // namespace

struct VaultStore::Environment {
    File lock;
    DiskReserve reserve;
    VaultStoreOptions options;
    std::unique_ptr<Lmdb> lmdb;
    FetchDays fetched{};
    std::mutex writer{};  // one write at a time
    mutable std::mutex counting{};
    StoreCount count{};  // as of the last commit
    std::atomic<bool> lacks_disk{false};

    StoreCount counted() const {
        const std::lock_guard held(counting);
        return count;
    }
    Result<> load_count();
    Result<> write(std::uint64_t payload, const std::function<Result<>(BlockWriter&)>& work);
    template <class Item, class Work>
    Result<> in_batches(std::span<const Item> items, std::size_t& done, Work work);
    std::vector<Result<>> each_alone(std::vector<Result<>> outcomes, std::uint64_t payload,
                                     const std::function<Result<>(BlockWriter&, std::size_t)>& work);
    void write_fetched();
    bool disk_has_room(std::uint64_t payload);
    bool over_quota(const BlockWriter& writes, std::size_t size) const;
    Result<> put(BlockWriter& writes, const Put& put, bool replace) const;
    Result<StoredMeta> meta(const LmdbSnapshot& snapshot, const BlockId& id) const;
    Result<> read(const LmdbSnapshot& snapshot, const BlockId& id, const StoredMeta& record,
                  const std::function<void(ByteView)>& use) const;
    Result<Bytes> get(const BlockId& id) const;
    Result<> look(const LmdbSnapshot& snapshot, const BlockId& id, std::uint32_t size) const;
    std::vector<Result<>> look(std::span<const Renewal> renewals) const;
    Result<std::vector<Expiry>> ended(Time now, std::size_t max) const;
};

Result<> VaultStore::Environment::load_count() {
    const auto snapshot = lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto value = snapshot->get(Table::info, view(kCountKey));
    if (!value) return value.error();
    if (!*value) return ok();
    const auto stored = StoreCount::decode(**value);
    if (!stored) return error(Code::corrupt, "the vault's database is damaged: its count of blocks");
    count = *stored;
    return ok();
}

Result<> VaultStore::Environment::write(std::uint64_t payload,
                                        const std::function<Result<>(BlockWriter&)>& work) {
    auto next = counted();
    auto written = lmdb->write(payload, [&](LmdbTransaction& transaction) -> Result<> {
        BlockWriter writes(transaction, next);
        if (auto done = work(writes); !done) return done;
        return transaction.put(Table::info, view(kCountKey), next.encode());
    });
    if (!written) return written;
    const std::lock_guard held(counting);
    count = next;
    return ok();
}

// Deletes write too: in small transactions, then one by one, and at last into the reserve's room. `done` is
// how many were, whatever is returned.
template <class Item, class Work>
Result<> VaultStore::Environment::in_batches(std::span<const Item> items, std::size_t& done, Work work) {
    std::size_t batch = kRemoveBatch;
    for (done = 0; done < items.size();) {
        const auto some = items.subspan(done, std::min(batch, items.size() - done));
        const auto written = write(0, [&](BlockWriter& writes) {
            for (const auto& item : some) {
                if (auto one = work(writes, item); !one) return one;
            }
            return ok();
        });
        if (written) {
            done += some.size();
        } else if (written.error().is(Code::corrupt)) {
            return written;
        } else if (batch > 1) {
            batch = 1;
        } else if (reserve.held()) {
            reserve.release();
        } else {
            return written;
        }
    }
    return ok();
}

// One transaction for all that have not failed yet. One that is refused for want of room before it wrote
// anything is passed over; any other failure spoils the transaction, which is begun again without it. When it
// is the commit that fails, all do.
std::vector<Result<>> VaultStore::Environment::each_alone(
    std::vector<Result<>> outcomes, std::uint64_t payload,
    const std::function<Result<>(BlockWriter&, std::size_t)>& work) {
    const auto days = fetched.take();
    const auto good = [](const auto& outcome) { return outcome.has_value(); };
    for (;;) {
        if (days.empty() && std::none_of(outcomes.begin(), outcomes.end(), good)) return outcomes;
        std::optional<std::size_t> failed;
        const auto written = write(payload, [&](BlockWriter& writes) -> Result<> {
            for (const auto& [id, day] : days) {
                if (auto noted = writes.note_fetched(id, day); !noted) return noted;
            }
            for (std::size_t i = 0; i < outcomes.size(); ++i) {
                if (!outcomes[i]) continue;
                const auto before = writes.changes();
                const auto done = work(writes, i);
                if (done) continue;
                if (done.error().is(Code::full) && writes.changes() == before) {
                    outcomes[i] = done;
                    continue;
                }
                failed = i;
                return done;
            }
            return ok();
        });
        if (written) return outcomes;
        if (failed) {
            outcomes[*failed] = written;
            continue;
        }
        // The quota fails no transaction.
        if (written.error().is(Code::full)) lacks_disk = true;
        // LMDB reports a disk that filled up meanwhile as an input/output error.
        const bool full = written.error().is(Code::io) && !disk_has_room(payload);
        for (auto& outcome : outcomes) {
            if (outcome) outcome = full ? disk_full() : written.error();
        }
        return outcomes;
    }
}

void VaultStore::Environment::write_fetched() { each_alone({}, 0, {}); }

bool VaultStore::Environment::disk_has_room(std::uint64_t payload) {
    const auto missing = reserve.held() ? 0 : reserve.size();
    const bool has_room = options.free_space() >= payload + missing + kDiskMargin && reserve.hold();
    lacks_disk = !has_room;
    return has_room;
}

bool VaultStore::Environment::over_quota(const BlockWriter& writes, std::size_t size) const {
    return writes.count().bytes + quota_charge(size) > options.quota;
}

Result<> VaultStore::Environment::put(BlockWriter& writes, const Put& put, bool replace) const {
    const auto old = writes.find(put.id);
    if (!old) return old.error();
    if (*old && !replace) return writes.extend(put.id, **old, put.lease_end, put.asker);
    if (!replace && over_quota(writes, put.bytes.size()))
        return error(Code::full, "the vault's quota is used up");
    if (auto erased = writes.erase(put.id); !erased) return erased;
    return writes.insert(put);
}

Result<StoredMeta> VaultStore::Environment::meta(const LmdbSnapshot& snapshot, const BlockId& id) const {
    const auto value = snapshot.get(Table::meta, store_key(id));
    if (!value) return value.error();
    if (!*value) return error(Code::not_found);
    auto record = StoredMeta::decode(id, **value);
    if (!record) return damaged_block();
    return std::move(*record);
}

Result<> VaultStore::Environment::read(const LmdbSnapshot& snapshot, const BlockId& id,
                                       const StoredMeta& record,
                                       const std::function<void(ByteView)>& use) const {
    bool whole = false;
    const auto found = snapshot.read_value(Table::data, store_key(id), [&](ByteView block) {
        whole = block.size() == record.info.size && block_checksum(id, block) == record.checksum;
        if (whole) use(block);
    });
    if (!found) return found.error();
    return whole ? ok() : Result<>(damaged_block());
}

Result<Bytes> VaultStore::Environment::get(const BlockId& id) const {
    const auto snapshot = lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto record = meta(*snapshot, id);
    if (!record) return record.error();
    Bytes out;
    const auto done = read(*snapshot, id, *record, [&](ByteView block) { out = to_bytes(block); });
    if (!done) return done.error();
    return out;
}

// That it is here and whole, without a copy of it.
Result<> VaultStore::Environment::look(const LmdbSnapshot& snapshot, const BlockId& id,
                                       std::uint32_t size) const {
    const auto record = meta(snapshot, id);
    if (!record) return record.error();
    if (size != 0 && size != record->info.size) return error(Code::not_found, "a block of another size");
    return read(snapshot, id, *record, [](ByteView) {});
}

std::vector<Result<>> VaultStore::Environment::look(std::span<const Renewal> renewals) const {
    const auto snapshot = lmdb->snapshot();
    std::vector<Result<>> out;
    for (const auto& one : renewals)
        out.push_back(snapshot ? look(*snapshot, one.id, one.size) : Result<>(snapshot.error()));
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
VaultStore::~VaultStore() {
    const std::lock_guard lock(env_->writer);
    env_->write_fetched();
}

Result<std::unique_ptr<VaultStore>> VaultStore::open(const std::string& directory,
                                                     VaultStoreOptions options) {
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) return error(Code::io, "cannot create " + directory + ": " + failed.message());
    auto lock = lock_directory(directory);
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
    for (std::size_t i = 0; i < puts.size(); ++i) {
        CHECK(!puts[i].bytes.empty() && puts[i].bytes.size() <= kMaxBlockSize);
        payload += quota_charge(puts[i].bytes.size());
        const auto stored = env_->get(puts[i].id);
        replace.push_back(!stored && !stored.error().is(Code::not_found));
    }
    if (!env_->disk_has_room(payload)) {
        out.assign(puts.size(), disk_full());
        return out;
    }
    return env_->each_alone(std::move(out), payload, [&](BlockWriter& writes, std::size_t i) {
        return env_->put(writes, puts[i], replace[i]);
    });
}

std::vector<Result<>> VaultStore::renew(std::span<const Renewal> renewals) {
    // Read before anybody else's writes are kept waiting: it may be 65 MB.
    auto looked = env_->look(renewals);
    const std::lock_guard lock(env_->writer);
    return env_->each_alone(std::move(looked), 0, [&](BlockWriter& writes, std::size_t i) -> Result<> {
        const auto& renewal = renewals[i];
        const auto record = writes.find(renewal.id);
        if (!record) return record.error();
        if (!*record) return damaged_block();
        return writes.extend(renewal.id, **record, renewal.lease_end, renewal.asker);
    });
}

Result<Bytes> VaultStore::get(const BlockId& id) { return env_->get(id); }

Result<Bytes> VaultStore::fetch(const BlockId& id, Time now) {
    auto out = env_->get(id);
    if (out && env_->fetched.note(id, day_of(now))) {
        const std::lock_guard lock(env_->writer);
        env_->write_fetched();
    }
    return out;
}

bool VaultStore::has(const BlockId& id) {
    const auto found = info(id);
    return found || !found.error().is(Code::not_found);
}

Result<BlockInfo> VaultStore::info(const BlockId& id) {
    const auto snapshot = env_->lmdb->snapshot();
    if (!snapshot) return snapshot.error();
    const auto record = env_->meta(*snapshot, id);
    if (!record) return record.error();
    return record->info;
}

Result<> VaultStore::remove(std::span<const BlockId> ids) {
    const std::lock_guard lock(env_->writer);
    std::size_t done = 0;
    return env_->in_batches(ids, done,
                            [](BlockWriter& writes, const BlockId& id) { return writes.erase(id); });
}

Result<std::vector<BlockId>> VaultStore::expire(Time now, std::size_t max) {
    const std::lock_guard lock(env_->writer);
    const auto ended = env_->ended(now, max);
    if (!ended) return ended.error();
    std::vector<bool> current(ended->size());
    std::size_t done = 0;
    const std::span<const Expiry> entries(*ended);
    const auto all = env_->in_batches(entries, done, [&](BlockWriter& writes, const Expiry& entry) {
        const auto record = writes.find(entry.id);
        if (!record) return Result<>(record.error());
        const bool speaks = *record && (*record)->info.lease_end == entry.lease_end;
        current[static_cast<std::size_t>(&entry - entries.data())] = speaks;
        // Otherwise left behind by damage: the entry goes, the block it no longer speaks for stays.
        return speaks ? writes.erase(entry.id) : writes.remove_expiry(entry.lease_end, entry.id);
    });
    std::vector<BlockId> gone;
    for (std::size_t i = 0; i < done; ++i) {
        if (current[i]) gone.push_back(entries[i].id);
    }
    // What went is told even when the rest could not.
    if (!all && gone.empty()) return all.error();
    return gone;
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
    return {count.blocks, count.bytes, env_->options.quota, env_->lacks_disk};
}

}  // namespace catacomb::storage
