// The files of a vault's directory around its database (docs/spec/store.md 1): the lock that keeps a second
// process out, and the reserve that is given up when the disk is full.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace catacomb::storage {

// Holds `path` locked until destroyed, against other processes and other openings in this one.
class FileLock {
public:
    // Code::busy: somebody holds it. Code::io.
    static Result<FileLock> take(const std::string& path);
    FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int fd) : fd_(fd) {}
    int fd_;
};

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
