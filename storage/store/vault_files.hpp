// The files of a vault's directory around its database (docs/spec/store.md 1): the lock that keeps a second
// process out, and the reserve that is given up when the disk is full.
#pragma once

#include <string>

#include "base/file.hpp"

namespace catacomb::storage {

// The file that is locked while a store is open. Code::busy: another holds it.
Result<File> lock_directory(const std::string& directory);

// A file of `size` bytes that only keeps its place. Sizes in bytes.
class DiskReserve {
public:
    DiskReserve(std::string path, std::uint64_t size) : path_(std::move(path)), size_(size) {}
    bool held() const;
    // Allocates it unless it is held; false when the disk will not have it.
    bool hold();
    void release();
    std::uint64_t size() const { return size_; }

private:
    std::string path_;
    std::uint64_t size_;
};

// Free bytes for an unprivileged user on the disk that holds `directory`; zero when it cannot be told.
std::uint64_t free_disk_space(const std::string& directory);

}  // namespace catacomb::storage
