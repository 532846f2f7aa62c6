// What the store tests share: a directory that goes away, and blocks whose content follows from their number.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "storage/store/vault_store.hpp"
#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {

// Where files cost no disk, else where temporary files go.
inline std::filesystem::path memory_directory() {
    return ::access("/dev/shm", W_OK) == 0 ? std::filesystem::path("/dev/shm")
                                           : std::filesystem::temp_directory_path();
}

class TemporaryDirectory {
public:
    explicit TemporaryDirectory(const std::filesystem::path& home = memory_directory()) {
        auto name = (home / "catacomb-store-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }
    std::string data() const { return path_ + "/data.mdb"; }

private:
    std::string path_;
};

inline BlockId id_of(std::uint64_t number) {
    return {Root{crypto::hash(crypto::label::kRoot, number).bytes}, static_cast<std::uint8_t>(number % 64)};
}
inline Bytes bytes_of(std::uint64_t number, std::size_t size) {
    Bytes out(size);
    crypto::Hasher(crypto::label::kTrace).u64(number).squeeze(out);
    return out;
}
inline Time at_hour(int hour) { return Time(hours(hour)); }
inline Put put_of(std::uint64_t number, std::size_t size, Time lease_end = at_hour(1000)) {
    return {id_of(number), bytes_of(number, size), lease_end};
}
inline Result<> put_one(BlockStore& store, Put put) {
    const Put puts[] = {std::move(put)};
    return store.put_group(puts).front();
}

// A store small enough for tests; its disk is never full unless a test says so.
inline VaultStoreOptions small_store(std::uint64_t quota = std::uint64_t{64} << 20) {
    VaultStoreOptions out;
    out.quota = quota;
    out.reserve = 1 << 20;
    out.free_space = [] { return std::uint64_t{1} << 40; };
    return out;
}

}  // namespace catacomb::storage
