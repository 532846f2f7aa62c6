#include "storage/vault_store.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "storage/store_format.hpp"
#include "storage/vault_files.hpp"

#include <lmdb.h>

namespace catacomb::storage {
namespace {

constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kRemoveBatch = 64;
constexpr std::uint64_t kDiskMargin = std::uint64_t{16} << 20;

MDB_val to_val(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
ByteView from_val(const MDB_val& val) { return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size}; }

bool is_disk_full(int rc) { return rc == ENOSPC || rc == EDQUOT || rc == EIO; }

Error store_error(int rc) {
    switch (rc) {
        case MDB_MAP_FULL:
            return error(Code::full, "the vault's database is full");
        case ENOSPC:
        case EDQUOT:
            return error(Code::full, "the disk of the vault is full");
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_VERSION_MISMATCH:
            return error(Code::corrupt, std::string("the vault's database is damaged: ") + mdb_strerror(rc));
        default:
            return error(Code::io, std::string("the vault's database: ") + mdb_strerror(rc));
    }
}

struct CloseEnv {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
};
struct AbortTxn {
    void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
struct CloseCursor {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using Txn = std::unique_ptr<MDB_txn, AbortTxn>;
using Cursor = std::unique_ptr<MDB_cursor, CloseCursor>;

// Owns a mapped range's stay in memory: read ahead in one go, and given back at the end, so that a large
// store does not fill this process's memory. Only for values of read transactions: those lie in the file's
// mapping.
class MappedRange {
public:
    explicit MappedRange(ByteView value) {
        const auto at = reinterpret_cast<std::uintptr_t>(value.data());
        const auto begin = at / kStorePage * kStorePage;
        begin_ = reinterpret_cast<void*>(begin);
        length_ = at + value.size() - begin;
        if (value.size() < kStorePage / 2) length_ = 0;  // shares its page with others
    }
    MappedRange(const MappedRange&) = delete;
    ~MappedRange() {
        if (length_ > 0) ::madvise(begin_, length_, MADV_DONTNEED);
    }
    // False when the disk cannot give the pages: to touch them would be SIGBUS.
    bool load() const {
        if (length_ == 0) return true;
        ::madvise(begin_, length_, MADV_WILLNEED);
        return ::madvise(begin_, length_, MADV_POPULATE_READ) == 0 || errno == EINVAL;
    }

private:
    void* begin_ = nullptr;
    std::size_t length_ = 0;
};

}  // namespace

struct VaultStore::Environment {
    Environment(FileLock held, std::string directory, VaultStoreOptions options_)
        : lock(std::move(held)),
          reserve(directory + "/reserve", options_.reserve),
          options(std::move(options_)) {}

    FileLock lock;
    DiskReserve reserve;
    VaultStoreOptions options;
    std::unique_ptr<MDB_env, CloseEnv> env;
    MDB_dbi data = 0, meta = 0, expiry = 0, info = 0;
    std::mutex writer;
    std::atomic<std::uint64_t> blocks{0}, bytes{0};  // as of the last commit

    // One write transaction. The counters live in it, so they cannot drift from what is stored.
    struct Write {
        Environment& home;
        MDB_txn* txn;
        std::uint64_t blocks, bytes;

        int insert(const Put& put);
        int extend(const StoredMeta& old, const Put& put);
        int erase(const BlockId& id);
        std::optional<StoredMeta> find(const BlockId& id, int& rc);
    };

    int open(const std::string& directory);
    int open_tables();
    int load_counters(MDB_txn* txn);
    int save_counters(const Write& write);
    int write(std::uint64_t payload, const std::function<int(Write&)>& work);
    int grow_file(std::uint64_t payload);
    bool disk_has_room(std::uint64_t payload);
    Result<> put(Write& write, const Put& put, bool replace, int& rc);
    template <class Item, class Work>
    int in_batches(std::span<const Item> items, Work work);
    std::pair<int, Txn> begin_read() const;
    Result<Bytes> get(const BlockId& id) const;
    Result<std::vector<Expiry>> ended(Time now, std::size_t max) const;
};

int VaultStore::Environment::open(const std::string& directory) {
    MDB_env* raw = nullptr;
    if (const int rc = mdb_env_create(&raw)) return rc;
    env.reset(raw);
    if (options.map_size == 0) options.map_size = options.quota / 4 * 5 + (std::uint64_t{1} << 30);
    options.map_size = (options.map_size + kStorePage - 1) / kStorePage * kStorePage;
    mdb_env_set_mapsize(raw, options.map_size);
    mdb_env_set_maxdbs(raw, 4);
    if (const int rc = mdb_env_open(raw, directory.c_str(), MDB_NORDAHEAD | MDB_NOTLS, 0600)) return rc;
    return open_tables();
}

int VaultStore::Environment::open_tables() {
    MDB_txn* raw = nullptr;
    if (const int rc = mdb_txn_begin(env.get(), nullptr, 0, &raw)) return rc;
    Txn txn(raw);
    const std::pair<const char*, MDB_dbi*> tables[] = {
        {"data", &data}, {"meta", &meta}, {"expiry", &expiry}, {"info", &info}};
    for (const auto& [name, table] : tables) {
        if (const int rc = mdb_dbi_open(raw, name, MDB_CREATE, table)) return rc;
    }
    if (const int rc = load_counters(raw)) return rc;
    if (const int rc = save_counters({*this, raw, blocks, bytes})) return rc;
    return mdb_txn_commit(txn.release());
}

// The one record of the info table: format, blocks, bytes.
int VaultStore::Environment::load_counters(MDB_txn* txn) {
    auto key = to_val(view("usage"));
    MDB_val value{};
    const int rc = mdb_get(txn, info, &key, &value);
    if (rc == MDB_NOTFOUND) return 0;
    if (rc != 0) return rc;
    Reader in(from_val(value));
    const auto format = in.u32();
    blocks = in.u64();
    bytes = in.u64();
    return in.done() && format == kFormat ? 0 : MDB_VERSION_MISMATCH;
}

int VaultStore::Environment::save_counters(const Write& write) {
    auto key = to_val(view("usage"));
    const auto record = Writer().u32(kFormat).u64(write.blocks).u64(write.bytes).take();
    auto value = to_val(record);
    return mdb_put(write.txn, info, &key, &value, 0);
}

// The file is always longer than the last page in use, though LMDB need not write a page that it took and
// gave up again: check_data_file takes a shorter one for cut off.
int VaultStore::Environment::grow_file(std::uint64_t payload) {
    MDB_envinfo now{};
    mdb_env_info(env.get(), &now);
    int fd = -1;
    mdb_env_get_fd(env.get(), &fd);
    struct stat file {};
    if (::fstat(fd, &file) != 0) return errno;
    const auto used = (std::uint64_t{now.me_last_pgno} + 1) * kStorePage;
    const auto wanted = std::min(used + 2 * payload + kDiskMargin, options.map_size);
    if (static_cast<std::uint64_t>(file.st_size) >= wanted) return 0;
    // Sparse: it takes no room on the disk until it is written.
    return ::ftruncate(fd, static_cast<off_t>(wanted)) == 0 ? 0 : errno;
}

int VaultStore::Environment::write(std::uint64_t payload, const std::function<int(Write&)>& work) {
    if (const int rc = grow_file(payload)) return rc;
    MDB_txn* raw = nullptr;
    if (const int rc = mdb_txn_begin(env.get(), nullptr, 0, &raw)) return rc;
    Txn txn(raw);
    Write write{*this, raw, blocks, bytes};
    if (const int rc = work(write)) return rc;
    if (const int rc = save_counters(write)) return rc;
    if (const int rc = mdb_txn_commit(txn.release())) return rc;
    blocks = write.blocks;
    bytes = write.bytes;
    return 0;
}

int VaultStore::Environment::Write::insert(const Put& put) {
    const auto record = StoredMeta::of(put);
    const auto body = ByteView(put.bytes).first(put.bytes.size() - record.tail.size());
    const auto name = store_key(put.id);
    const auto ending = expiry_key(put.lease_end, put.id);
    const auto encoded = record.encode();
    auto key = to_val(name), when = to_val(ending);
    auto data = to_val(body), meta = to_val(encoded), none = to_val({});
    if (const int rc = mdb_put(txn, home.data, &key, &data, 0)) return rc;
    if (const int rc = mdb_put(txn, home.meta, &key, &meta, 0)) return rc;
    if (const int rc = mdb_put(txn, home.expiry, &when, &none, 0)) return rc;
    blocks += 1;
    bytes += quota_charge(put.bytes.size());
    return 0;
}

std::optional<StoredMeta> VaultStore::Environment::Write::find(const BlockId& id, int& rc) {
    const auto name = store_key(id);
    auto key = to_val(name);
    MDB_val value{};
    rc = mdb_get(txn, home.meta, &key, &value);
    if (rc != 0) return std::nullopt;
    return StoredMeta::decode(from_val(value));
}

int VaultStore::Environment::Write::extend(const StoredMeta& old, const Put& put) {
    if (old.lease_end >= put.lease_end) return 0;
    auto record = old;
    record.lease_end = put.lease_end;
    const auto before = expiry_key(old.lease_end, put.id);
    const auto after = expiry_key(put.lease_end, put.id);
    const auto name = store_key(put.id);
    const auto encoded = record.encode();
    auto key = to_val(name), meta = to_val(encoded);
    auto stale = to_val(before), fresh = to_val(after), none = to_val({});
    if (const int rc = mdb_del(txn, home.expiry, &stale, nullptr); rc != 0 && rc != MDB_NOTFOUND) return rc;
    if (const int rc = mdb_put(txn, home.expiry, &fresh, &none, 0)) return rc;
    return mdb_put(txn, home.meta, &key, &meta, 0);
}

int VaultStore::Environment::Write::erase(const BlockId& id) {
    int rc = 0;
    const auto record = find(id, rc);
    if (rc != 0) return rc == MDB_NOTFOUND ? 0 : rc;
    const auto name = store_key(id);
    auto key = to_val(name);
    MDB_val value{};
    rc = mdb_get(txn, home.data, &key, &value);
    if (rc != 0 && rc != MDB_NOTFOUND) return rc;
    const auto size = record ? record->size : value.mv_size;
    if (record) {
        const auto ending = expiry_key(record->lease_end, id);
        auto when = to_val(ending);
        rc = mdb_del(txn, home.expiry, &when, nullptr);
        if (rc != 0 && rc != MDB_NOTFOUND) return rc;
    }
    rc = mdb_del(txn, home.data, &key, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND) return rc;
    if ((rc = mdb_del(txn, home.meta, &key, nullptr)) != 0) return rc;
    blocks -= 1;
    bytes -= std::min(bytes, quota_charge(size));
    return 0;
}

bool VaultStore::Environment::disk_has_room(std::uint64_t payload) {
    const auto missing = reserve.held() ? 0 : reserve.size();
    if (options.free_space() < payload + missing + kDiskMargin) return false;
    return reserve.hold();
}

Result<> VaultStore::Environment::put(Write& write, const Put& put, bool replace, int& rc) {
    const auto old = write.find(put.id, rc);
    const bool absent = rc == MDB_NOTFOUND;
    if (rc != 0 && !absent) return ok();
    rc = 0;
    if (old && !replace) {
        rc = write.extend(*old, put);
        return ok();
    }
    if (!absent && (rc = write.erase(put.id)) != 0) return ok();
    if (write.bytes + quota_charge(put.bytes.size()) > options.quota) {
        return error(Code::full, "the vault's quota is used up");
    }
    rc = write.insert(put);
    return ok();
}

// Deletes write too: in small transactions, in the smallest when the map is full, and into the reserve's room
// when the disk is.
template <class Item, class Work>
int VaultStore::Environment::in_batches(std::span<const Item> items, Work work) {
    std::size_t batch = kRemoveBatch;
    while (!items.empty()) {
        const auto now = items.first(std::min(batch, items.size()));
        const int rc = write(0, [&](Write& write) {
            for (const auto& item : now) {
                if (const int failed = work(write, item)) return failed;
            }
            return 0;
        });
        if (rc == 0) {
            items = items.subspan(now.size());
        } else if (rc == MDB_MAP_FULL && batch > 1) {
            batch = 1;
        } else if (is_disk_full(rc) && reserve.held()) {
            reserve.release();
        } else {
            return rc;
        }
    }
    return 0;
}

std::pair<int, Txn> VaultStore::Environment::begin_read() const {
    MDB_txn* raw = nullptr;
    const int rc = mdb_txn_begin(env.get(), nullptr, MDB_RDONLY, &raw);
    return {rc, Txn(rc == 0 ? raw : nullptr)};
}

Result<Bytes> VaultStore::Environment::get(const BlockId& id) const {
    const auto [rc, txn] = begin_read();
    if (rc != 0) return store_error(rc);
    const auto damaged = error(Code::corrupt, "the stored block is damaged");
    const auto name = store_key(id);
    auto key = to_val(name);
    MDB_val value{};
    if (const int failed = mdb_get(txn.get(), meta, &key, &value)) {
        return failed == MDB_NOTFOUND ? error(Code::not_found) : store_error(failed);
    }
    const auto record = StoredMeta::decode(from_val(value));
    if (!record) return damaged;
    if (const int failed = mdb_get(txn.get(), data, &key, &value)) {
        return failed == MDB_NOTFOUND ? damaged : store_error(failed);
    }
    if (value.mv_size + record->tail.size() != record->size) return damaged;

    const MappedRange range(from_val(value));
    if (!range.load()) return error(Code::io, "the disk cannot read a stored block");
    Bytes out;
    out.reserve(record->size);
    append(out, from_val(value));
    append(out, record->tail);
    if (block_checksum(id, out) != record->checksum) return damaged;
    return out;
}

Result<std::vector<Expiry>> VaultStore::Environment::ended(Time now, std::size_t max) const {
    const auto [rc, txn] = begin_read();
    if (rc != 0) return store_error(rc);
    MDB_cursor* raw = nullptr;
    if (const int failed = mdb_cursor_open(txn.get(), expiry, &raw)) return store_error(failed);
    const Cursor cursor(raw);
    std::vector<Expiry> out;
    MDB_val key{}, value{};
    int step = mdb_cursor_get(raw, &key, &value, MDB_FIRST);
    for (; step == 0 && out.size() < max; step = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
        const auto entry = from_expiry_key(from_val(key));
        if (!entry) return store_error(MDB_CORRUPTED);
        if (entry->lease_end > now) break;
        out.push_back(*entry);
    }
    if (step != 0 && step != MDB_NOTFOUND) return store_error(step);
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
    if (!options.free_space) options.free_space = [directory] { return free_disk_space(directory); };

    auto environment = std::make_unique<Environment>(std::move(*lock), directory, std::move(options));
    if (const int rc = environment->open(directory)) return store_error(rc);
    environment->disk_has_room(0);
    return std::unique_ptr<VaultStore>(new VaultStore(std::move(environment)));
}

std::vector<Result<>> VaultStore::put_group(std::span<const Put> puts) {
    const std::lock_guard lock(env_->writer);
    std::vector<Result<>> out(puts.size(), ok());
    std::uint64_t payload = 0;
    std::vector<bool> replace;
    for (const auto& put : puts) {
        CHECK(!put.bytes.empty() && put.bytes.size() <= kMaxBlockSize);
        payload += quota_charge(put.bytes.size());
        const auto stored = env_->get(put.id);
        replace.push_back(!stored && !stored.error().is(Code::not_found));
    }
    if (!env_->disk_has_room(payload)) {
        out.assign(puts.size(), error(Code::full, "the disk of the vault is full"));
        return out;
    }
    const int failed = env_->write(payload, [&](Environment::Write& write) {
        int rc = 0;
        for (std::size_t i = 0; i < puts.size() && rc == 0; ++i)
            out[i] = env_->put(write, puts[i], replace[i], rc);
        return rc;
    });
    if (failed != 0) out.assign(puts.size(), store_error(failed));
    return out;
}

Result<Bytes> VaultStore::get(const BlockId& id) { return env_->get(id); }

bool VaultStore::has(const BlockId& id) { return lease_end(id).has_value(); }

Result<Time> VaultStore::lease_end(const BlockId& id) {
    const auto [rc, txn] = env_->begin_read();
    if (rc != 0) return store_error(rc);
    const auto name = store_key(id);
    auto key = to_val(name);
    MDB_val value{};
    if (const int failed = mdb_get(txn.get(), env_->meta, &key, &value)) {
        return failed == MDB_NOTFOUND ? error(Code::not_found) : store_error(failed);
    }
    const auto record = StoredMeta::decode(from_val(value));
    if (!record) return error(Code::corrupt, "the stored block is damaged");
    return record->lease_end;
}

Result<> VaultStore::remove(std::span<const BlockId> ids) {
    const std::lock_guard lock(env_->writer);
    const int rc =
        env_->in_batches(ids, [](Environment::Write& write, const BlockId& id) { return write.erase(id); });
    if (rc != 0) return store_error(rc);
    return ok();
}

Result<std::size_t> VaultStore::expire(Time now, std::size_t max) {
    const std::lock_guard lock(env_->writer);
    const auto ended = env_->ended(now, max);
    if (!ended) return ended.error();
    const auto before = env_->blocks.load();
    const auto remove = [this](Environment::Write& write, const Expiry& entry) {
        int rc = 0;
        const auto record = write.find(entry.id, rc);
        if (rc != 0 && rc != MDB_NOTFOUND) return rc;
        if (record && record->lease_end == entry.lease_end) return write.erase(entry.id);
        // Left behind by damage: the entry goes, the block it no longer speaks for stays.
        const auto ending = expiry_key(entry.lease_end, entry.id);
        auto when = to_val(ending);
        rc = mdb_del(write.txn, env_->expiry, &when, nullptr);
        return rc == MDB_NOTFOUND ? 0 : rc;
    };
    if (const int rc = env_->in_batches(std::span<const Expiry>(*ended), remove)) return store_error(rc);
    return static_cast<std::size_t>(before - env_->blocks.load());
}

Result<std::vector<BlockId>> VaultStore::list(const std::optional<BlockId>& after, std::size_t max) {
    const auto [rc, txn] = env_->begin_read();
    if (rc != 0) return store_error(rc);
    MDB_cursor* raw = nullptr;
    if (const int failed = mdb_cursor_open(txn.get(), env_->meta, &raw)) return store_error(failed);
    const Cursor cursor(raw);
    const auto start = store_key(after.value_or(BlockId{}));
    auto key = to_val(start);
    MDB_val value{};
    std::vector<BlockId> out;
    int step = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    for (; step == 0 && out.size() < max; step = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
        const auto id = from_store_key(from_val(key));
        if (!id) return store_error(MDB_CORRUPTED);
        if (!after || *after < *id) out.push_back(*id);
    }
    if (step != 0 && step != MDB_NOTFOUND) return store_error(step);
    return out;
}

Usage VaultStore::usage() { return {env_->blocks, env_->bytes, env_->options.quota}; }

}  // namespace catacomb::storage
