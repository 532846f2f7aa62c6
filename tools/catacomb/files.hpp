// Files of the user on their way in, and the keys and names that go with files. What comes out: output_file.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/hash.hpp"

namespace catacomb::cli {

// A descriptor that is closed once.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();
    int get() const { return fd_; }
    // False when the system reports a write that failed late (a full disk on a network file system).
    bool close();

private:
    int fd_ = -1;
};

class InputFile {
public:
    // A path, or "-" for standard input. Code::io: not readable; Code::bad_input: a directory.
    static Result<InputFile> open(const std::string& path);

    // Of a regular file: it can be read twice. Not of one that says it is empty: those of /proc do, and are
    // not.
    std::optional<std::uint64_t> size() const { return size_; }
    const std::string& name() const { return name_; }  // last part of the path; empty for standard input
    // First pass: hashes `size()` bytes from the start, then goes back to it. `progress` hears of bytes done.
    // Code::changed when there are fewer or more.
    Result<crypto::Digest> hash(const std::function<void(std::uint64_t)>& progress);
    // Second pass, or the only one. 0 at the end, and once `stop` is set. Code::changed when a regular file
    // has become shorter.
    Result<std::size_t> read(MutableBytes into, const std::atomic<bool>& stop);

private:
    Error failed(const char* what) const;
    std::string path_, name_;
    Descriptor fd_;
    std::optional<std::uint64_t> size_;
    std::uint64_t taken_ = 0;
};

// What a stored name becomes as a file of the current directory: no separators, no control characters, not
// hidden, not longer than a file name may be.
std::string safe_file_name(std::string_view stored);

// A key as given: itself, @FILE, or - for standard input; without the white space around it.
Result<std::string> read_key(const std::string& argument);

}  // namespace catacomb::cli
