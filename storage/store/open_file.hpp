// An open file of a vault's directory, closed when it goes, and what the operating system said of it.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace catacomb::storage {

// Code::io, with errno in words.
inline Error io_error(const std::string& what, const std::string& path) {
    return error(Code::io, what + " " + path + ": " + std::strerror(errno));
}

class OpenFile {
public:
    // A file that is made is its owner's alone.
    OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    OpenFile(const OpenFile&) = delete;
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    // Negative: not opened, and errno tells why.
    int fd() const { return fd_; }
    // Bytes; nullopt: errno tells why not.
    std::optional<std::uint64_t> size() const {
        struct stat info {};
        if (::fstat(fd_, &info) != 0) return std::nullopt;
        return static_cast<std::uint64_t>(info.st_size);
    }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

}  // namespace catacomb::storage
