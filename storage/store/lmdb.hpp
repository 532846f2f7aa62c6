// Lmdb: the one place that calls LMDB (lmdb_check reads its file before it is opened). An environment with
// the tables of a vault (docs/spec/store.md 2), snapshots to read from and transactions that are durable when
// they return. Reads may run on any thread beside one write; writes take turns. Views into a snapshot or
// transaction are good until it ends. Errors: Code::full (map or disk), Code::corrupt, Code::io.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/store/store_format.hpp"

struct MDB_env;
struct MDB_txn;

namespace catacomb::storage {

enum class Table : unsigned { info, data, meta, expiry };
using TableNames = std::vector<std::string>;
// By Table. More may be added behind: an older store gets them when it is opened.
const TableNames& store_tables();

class Lmdb;

// A consistent view of the tables. Short-lived: while it lives, no page it sees is reused.
class LmdbSnapshot {
public:
    LmdbSnapshot(LmdbSnapshot&&) = default;
    ~LmdbSnapshot();

    // nullopt when there is none.
    Result<std::optional<ByteView>> get(Table table, ByteView key) const;
    // Shows the value to `use`; false when there is none. Reads ahead in one go and gives the mapped pages
    // back, so that a large store does not fill this process's memory.
    Result<bool> read_value(Table table, ByteView key, const std::function<void(ByteView)>& use) const;
    // Calls `each` with the keys from `from` on, in order, until it says false.
    Result<> scan(Table table, ByteView from, const std::function<bool(ByteView key)>& each) const;

protected:
    friend class Lmdb;
    struct Abort {
        void operator()(MDB_txn* txn) const;
    };
    LmdbSnapshot(const Lmdb& home, MDB_txn* txn) : home_(&home), txn_(txn) {}
    const Lmdb* home_;
    std::unique_ptr<MDB_txn, Abort> txn_;
};

class LmdbTransaction : public LmdbSnapshot {
public:
    Result<> put(Table table, ByteView key, ByteView value);
    // Removing what is not there is no error.
    Result<> remove(Table table, ByteView key);
    // Of these, tried: after one that failed, the transaction can only be given up.
    std::size_t changes() const { return changes_; }

private:
    friend class Lmdb;
    using LmdbSnapshot::LmdbSnapshot;
    Result<> mend_old_value(Table table, ByteView key) const;
    std::size_t changes_ = 0;
};

class Lmdb {
public:
    // Makes the database when there is none; a power cut meanwhile leaves none or a whole one. Sizes in
    // bytes. Requires: the directory exists, its data file passed check_data_file, no other Lmdb of this
    // process has it open, and the first of the tables is "info". Code::refused: a store of another format,
    // which is left as it is.
    static Result<std::unique_ptr<Lmdb>> open(const std::string& directory, std::uint64_t map_size,
                                              const TableNames& tables = store_tables());
    ~Lmdb();
    // What the store names, which may be more tables than were asked for.
    const TableNames& named() const { return head_.tables; }

    Result<LmdbSnapshot> snapshot() const;
    // Runs `work` in a transaction that is meant to write about `payload` bytes, and commits it; when work or
    // commit fails, nothing of it happened.
    Result<> write(std::uint64_t payload, const std::function<Result<>(LmdbTransaction&)>& work);

private:
    friend class LmdbSnapshot;
    friend class LmdbTransaction;
    explicit Lmdb(std::uint64_t map_size) : map_size_(map_size) {}
    static Result<> make(const std::string& directory, const TableNames& tables);
    Result<> start(const std::string& directory, unsigned flags);
    Result<> read_head();
    Result<> open_tables(const TableNames& tables);
    Result<> find_map(const std::string& table);
    Result<> grow_file(std::uint64_t payload);
    Result<> mend_run(ByteView value) const;
    Result<> write_own(std::uint64_t offset, ByteView bytes) const;

    std::uint64_t map_size_;
    MDB_env* env_ = nullptr;
    const std::uint8_t* map_ = nullptr;  // where LMDB mapped the file
    StoreHead head_;
    std::vector<unsigned> tables_;  // LMDB's handles
};

}  // namespace catacomb::storage
