#include "base/file.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

namespace catacomb {
namespace {

// Until all is done or `call` says that nothing more comes (0); a signal is no error.
template <class Call>
std::optional<std::size_t> in_pieces(std::size_t size, Call call) {
    std::size_t done = 0;
    while (done < size) {
        const auto part = call(done);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return std::nullopt;
        if (part == 0) break;
        done += static_cast<std::size_t>(part);
    }
    return done;
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Error file_error(std::string_view doing, const std::string& path, int reason) {
    const auto code = reason == ENOSPC || reason == EDQUOT ? Code::full : Code::io;
    return error(code, "cannot " + std::string(doing) + " " + path + ": " + std::strerror(reason));
}

Result<File> File::open(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int reason = errno;
        const bool making = (flags & O_CREAT) != 0;
        auto failed = file_error(making ? "create" : "open", path, reason);
        if (reason == ENOENT && !making) failed.code = Code::not_found;
        return failed;
    }
    return File(fd, path);
}

Result<File> File::unnamed(const std::string& directory) {
    const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return file_error("make a temporary file in", directory);
    return File(fd, "a temporary file in " + directory);
}

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
File& File::operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}
File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

Result<std::uint64_t> File::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return file_error("look at", path_);
    return static_cast<std::uint64_t>(info.st_size);
}

Result<std::size_t> File::read(MutableBytes out) {
    const auto got =
        in_pieces(out.size(), [&](std::size_t at) { return ::read(fd_, out.data() + at, out.size() - at); });
    if (!got) return file_error("read", path_);
    return *got;
}

Result<std::size_t> File::read_at(std::uint64_t offset, MutableBytes out) const {
    const auto got = in_pieces(out.size(), [&](std::size_t at) {
        return ::pread(fd_, out.data() + at, out.size() - at, static_cast<off_t>(offset + at));
    });
    if (!got) return file_error("read", path_);
    return *got;
}

Result<> File::write(ByteView bytes) {
    const auto put = in_pieces(
        bytes.size(), [&](std::size_t at) { return ::write(fd_, bytes.data() + at, bytes.size() - at); });
    return put == bytes.size() ? ok() : Result<>(file_error("write", path_, put ? EIO : errno));
}

Result<> File::write_at(std::uint64_t offset, ByteView bytes) {
    const auto put = in_pieces(bytes.size(), [&](std::size_t at) {
        return ::pwrite(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(offset + at));
    });
    return put == bytes.size() ? ok() : Result<>(file_error("write", path_, put ? EIO : errno));
}

Result<> File::rewind() {
    return ::lseek(fd_, 0, SEEK_SET) == 0 ? ok() : Result<>(file_error("rewind", path_));
}

Result<> File::allocate(std::uint64_t size) {
    const int rc = ::posix_fallocate(fd_, 0, static_cast<off_t>(size));
    return rc == 0 ? ok() : Result<>(file_error("make room for", path_, rc));
}

Result<> File::sync() { return ::fsync(fd_) == 0 ? ok() : Result<>(file_error("sync", path_)); }

Result<> File::lock() {
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return ok();
    if (errno == EWOULDBLOCK) return error(Code::busy, path_ + " is locked by another process");
    return file_error("lock", path_);
}

Result<Bytes> read_file(const std::string& path, std::size_t most) {
    auto file = File::open(path, O_RDONLY);
    if (!file) return file.error();
    const auto size = file->size();
    if (!size) return size.error();
    if (*size > most) return error(Code::limit, path + " is too large");
    Bytes out(static_cast<std::size_t>(*size));
    const auto got = file->read(out);
    if (!got) return got.error();
    out.resize(*got);
    return out;
}

Result<> replace_file(const std::string& path, ByteView bytes) {
    const auto next = path + ".new";
    ::unlink(next.c_str());  // a leftover may have another mode
    auto file = File::open(next, O_WRONLY | O_CREAT | O_EXCL);
    if (!file) return file.error();
    auto done = file->write(bytes);
    if (done) done = file->sync();
    if (done) done = rename_file(next, path);
    if (!done) ::unlink(next.c_str());
    return done;
}

Result<> rename_file(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return file_error("rename", from);
    return sync_directory(parent_of(to));
}

Result<> sync_directory(const std::string& path) {
    auto directory = File::open(path, O_RDONLY | O_DIRECTORY);
    return directory ? directory->sync() : Result<>(directory.error());
}

}  // namespace catacomb
