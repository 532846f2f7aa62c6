#include "storage/store/lmdb.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.hpp"
#include "storage/store/lmdb_page.hpp"

#include <lmdb.h>

namespace catacomb::storage {
namespace {

static_assert(sizeof(MDB_dbi) == sizeof(unsigned));

constexpr std::string_view kHeadKey = "store";
constexpr unsigned kMostTables = 32;
constexpr std::uint64_t kFirstMap = std::uint64_t{1} << 20;  // of a database that is being made
// More than the trees' own pages that one group of puts or deletes rewrites.
constexpr std::uint64_t kTreeSlack = std::uint64_t{16} << 20;
// The file grows by so much at once: each time, the file system writes down its new length at the next flush.
constexpr std::uint64_t kGrowth = std::uint64_t{64} << 20;

MDB_val to_val(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
ByteView from_val(const MDB_val& val) { return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size}; }

Error lmdb_error(int rc) {
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
        case MDB_PANIC:
            return error(Code::io,
                         "the vault's database stopped when the disk failed to write; see to the disk, "
                         "then start the node anew");
        default:
            return error(Code::io, std::string("the vault's database: ") + mdb_strerror(rc));
    }
}

std::string data_file(const std::string& directory) { return directory + "/data.mdb"; }

Error missing_table() { return error(Code::corrupt, "the vault's database is damaged: a table is missing"); }

Result<> checked(int rc) { return rc == 0 ? ok() : Result<>(lmdb_error(rc)); }

// The pages of one value in the file's mapping, given back when it goes.
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

struct CloseCursor {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

}  // namespace

void LmdbSnapshot::Abort::operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
LmdbSnapshot::~LmdbSnapshot() = default;

Result<std::optional<ByteView>> LmdbSnapshot::get(Table table, ByteView key) const {
    auto name = to_val(key);
    MDB_val value{};
    const int rc = mdb_get(txn_.get(), home_->tables_[static_cast<unsigned>(table)], &name, &value);
    if (rc == MDB_NOTFOUND) return std::optional<ByteView>();
    if (rc != 0) return lmdb_error(rc);
    return std::optional(from_val(value));
}

Result<bool> LmdbSnapshot::read_value(Table table, ByteView key,
                                      const std::function<void(ByteView)>& use) const {
    const auto value = get(table, key);
    if (!value) return value.error();
    if (!*value) return false;
    const MappedRange range(**value);
    if (!range.load()) return error(Code::io, "the disk cannot read a stored block");
    use(**value);
    return true;
}

Result<> LmdbSnapshot::scan(Table table, ByteView from, const std::function<bool(ByteView)>& each) const {
    MDB_cursor* raw = nullptr;
    const auto handle = home_->tables_[static_cast<unsigned>(table)];
    if (const int rc = mdb_cursor_open(txn_.get(), handle, &raw)) return lmdb_error(rc);
    const std::unique_ptr<MDB_cursor, CloseCursor> cursor(raw);
    auto key = to_val(from);
    MDB_val value{};
    int rc = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    while (rc == 0 && each(from_val(key))) rc = mdb_cursor_get(raw, &key, &value, MDB_NEXT);
    return rc == MDB_NOTFOUND ? ok() : checked(rc);
}

Result<> LmdbTransaction::mend_old_value(Table table, ByteView key) const {
    if (table != Table::data) return ok();  // records, which lie in the pages of their trees
    const auto old = get(table, key);
    if (!old) return old.error();
    return *old ? home_->mend_run(**old) : ok();
}

Result<> LmdbTransaction::put(Table table, ByteView key, ByteView value) {
    if (auto mended = mend_old_value(table, key); !mended) return mended;
    auto name = to_val(key), bytes = to_val(value);
    ++changes_;
    return checked(mdb_put(txn_.get(), home_->tables_[static_cast<unsigned>(table)], &name, &bytes, 0));
}

Result<> LmdbTransaction::remove(Table table, ByteView key) {
    if (auto mended = mend_old_value(table, key); !mended) return mended;
    auto name = to_val(key);
    ++changes_;
    const int rc = mdb_del(txn_.get(), home_->tables_[static_cast<unsigned>(table)], &name, nullptr);
    return rc == MDB_NOTFOUND ? ok() : checked(rc);
}

const TableNames& store_tables() {
    static const TableNames names{"info", "data", "meta", "expiry"};
    return names;
}

Result<std::unique_ptr<Lmdb>> Lmdb::open(const std::string& directory, std::uint64_t map_size,
                                         const TableNames& tables) {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(data_file(directory), unknown);
    if (unknown || size == 0) {
        if (auto made = make(directory, tables); !made) return made.error();
    }
    std::unique_ptr<Lmdb> out(new Lmdb((map_size + kStorePage - 1) / kStorePage * kStorePage));
    auto done = out->start(directory, 0);
    if (done) done = out->read_head();
    if (done) done = out->open_tables(tables);
    if (done) done = out->find_map(tables.front());
    if (!done) return done.error();
    return out;
}

// In another place first, for LMDB writes a new file's head without a flush.
Result<> Lmdb::make(const std::string& directory, const TableNames& tables) {
    const auto aside = directory + "/new";
    std::error_code failed;
    std::filesystem::remove_all(aside, failed);
    if (!failed) std::filesystem::create_directory(aside, failed);
    if (failed) return error(Code::io, "cannot make " + aside + ": " + failed.message());
    Lmdb database(kFirstMap);
    auto done = database.start(aside, MDB_NOLOCK);
    if (done) done = database.open_tables(tables);
    if (!done) return done;
    auto file = File::open(data_file(aside), O_RDWR);
    if (!file) return file.error();
    done = file->sync();
    if (done) done = rename_file(data_file(aside), data_file(directory));
    std::filesystem::remove_all(aside, failed);
    return done;
}

Lmdb::~Lmdb() {
    if (env_) mdb_env_close(env_);
}

Result<> Lmdb::start(const std::string& directory, unsigned flags) {
    if (const int rc = mdb_env_create(&env_)) return lmdb_error(rc);
    mdb_env_set_mapsize(env_, map_size_);
    mdb_env_set_maxdbs(env_, kMostTables);
    return checked(mdb_env_open(env_, directory.c_str(), flags | MDB_NORDAHEAD | MDB_NOTLS, 0600));
}

// Before anything is written: a store of another format is left as it is.
Result<> Lmdb::read_head() {
    const auto now = snapshot();
    if (!now) return now.error();
    unsigned info{};
    const int rc = mdb_dbi_open(now->txn_.get(), "info", 0, &info);
    if (rc == MDB_NOTFOUND) return missing_table();
    if (rc != 0) return lmdb_error(rc);
    tables_ = {info};
    const auto record = now->get(Table::info, view(kHeadKey));
    if (!record) return record.error();
    const auto old = now->get(Table::info, view("usage"));
    if (!old) return old.error();
    // Format 1 kept its number before its count of blocks.
    if (!*record && !*old)
        return error(Code::corrupt, "the vault's database is damaged: it does not name its tables");
    auto head = StoreHead::decode(*record ? **record : **old);
    tables_.clear();
    if (!head) return head.error();
    head_ = std::move(*head);
    return ok();
}

// A table that the store names must be there, for it was made; one that it does not name is newer than the
// store, and is made now.
Result<> Lmdb::open_tables(const TableNames& tables) {
    return write(0, [&](LmdbTransaction& transaction) -> Result<> {
        const auto before = head_.tables.size();
        for (const auto& name : tables) {
            const bool named = head_.names(name);
            unsigned handle{};
            const int rc =
                mdb_dbi_open(transaction.txn_.get(), name.c_str(), named ? 0 : MDB_CREATE, &handle);
            if (rc == MDB_NOTFOUND) return missing_table();
            if (rc != 0) return lmdb_error(rc);
            tables_.push_back(handle);
            if (!named) head_.tables.push_back(name);
        }
        if (head_.tables.size() == before) return ok();
        return transaction.put(Table::info, view(kHeadKey), head_.encode());
    });
}

// LMDB does not tell where its map is; the record of a table lies in it, in a page that knows its number.
Result<> Lmdb::find_map(const std::string& table) {
    const auto now = snapshot();
    if (!now) return now.error();
    MDB_dbi names{};
    if (const int rc = mdb_dbi_open(now->txn_.get(), nullptr, 0, &names)) return lmdb_error(rc);
    auto name = to_val(view(table));
    MDB_val record{};
    if (const int rc = mdb_get(now->txn_.get(), names, &name, &record)) return lmdb_error(rc);
    const auto* inside = static_cast<const std::uint8_t*>(record.mv_data);
    const auto* page = inside - reinterpret_cast<std::uintptr_t>(inside) % kStorePage;
    map_ = page - lmdb::RunHead::decode(ByteView(page, lmdb::RunHead::kSize)).number * kStorePage;
    return ok();
}

Result<LmdbSnapshot> Lmdb::snapshot() const {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn)) return lmdb_error(rc);
    return LmdbSnapshot(*this, txn);
}

Result<> Lmdb::write(std::uint64_t payload, const std::function<Result<>(LmdbTransaction&)>& work) {
    if (auto grown = grow_file(payload); !grown) return grown;
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_, nullptr, 0, &txn)) return lmdb_error(rc);
    LmdbTransaction transaction(*this, txn);
    if (auto done = work(transaction); !done) return done;
    return checked(mdb_txn_commit(transaction.txn_.release()));
}

// The file is always longer than its last page in use, though LMDB need not write a page that it took and
// gave up again: check_data_file takes a shorter one for cut off. Sparse: no room on the disk until it is
// written.
Result<> Lmdb::grow_file(std::uint64_t payload) {
    MDB_envinfo now{};
    mdb_env_info(env_, &now);
    int fd = -1;
    mdb_env_get_fd(env_, &fd);
    struct stat file {};
    if (::fstat(fd, &file) != 0) return lmdb_error(errno);
    const auto used = (std::uint64_t{now.me_last_pgno} + 1) * kStorePage;
    const auto needed = std::min(used + 2 * payload + kTreeSlack, map_size_);
    if (static_cast<std::uint64_t>(file.st_size) >= needed) return ok();
    const auto wanted = std::min(needed + kGrowth, map_size_);
    return checked(::ftruncate(fd, static_cast<off_t>(wanted)) == 0 ? 0 : errno);
}

// LMDB frees the pages of a value as the head of their run says, and check_data_file does not read those
// heads: that would be a seek for each block. What a head must be is known, so a damaged one is set right.
Result<> Lmdb::mend_run(ByteView value) const {
    // Pages that this transaction made are not in the map, and sound; a small value lies in a page of its
    // tree.
    const auto offset =
        reinterpret_cast<std::uintptr_t>(value.data()) - reinterpret_cast<std::uintptr_t>(map_);
    MDB_envinfo info{};
    mdb_env_info(env_, &info);  // LMDB maps more than it was told when the file is longer
    if (offset >= info.me_mapsize || offset % kStorePage != lmdb::kPageHead) return ok();
    const auto start = offset - lmdb::kPageHead;
    const lmdb::RunHead due{start / kStorePage, lmdb::kRunPage,
                            static_cast<std::uint32_t>(lmdb::run_length(value.size()))};
    const MappedRange range(ByteView(map_ + start, kStorePage));
    if (!range.load()) {
        // The disk cannot read it: a whole page is written without being read. Its value is lost already.
        Bytes page(kStorePage);
        copy(page, due.encode());
        return write_own(start, page);
    }
    if (lmdb::RunHead::decode(ByteView(map_ + start, lmdb::RunHead::kSize)) == due) return ok();
    return write_own(start, due.encode());
}

Result<> Lmdb::write_own(std::uint64_t offset, ByteView bytes) const {
    int fd = -1;
    mdb_env_get_fd(env_, &fd);
    errno = EIO;  // of a short write
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    return written == static_cast<ssize_t>(bytes.size()) ? ok() : Result<>(lmdb_error(errno));
}

}  // namespace catacomb::storage
