#include "tests/support/disk_calls.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>

#include "base/check.hpp"

namespace catacomb {
namespace {

DiskWatch* watching = nullptr;

using Kind = DiskCall::Kind;

std::optional<DiskCall> watched_path(Kind kind, const std::string& path) {
    if (!watching || path.compare(0, watching->directory().size(), watching->directory()) != 0)
        return std::nullopt;
    DiskCall out;
    out.kind = kind;
    out.path = path;
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) out.file = info.st_ino;
    return out;
}

std::optional<DiskCall> watched(Kind kind, int fd) {
    if (!watching) return std::nullopt;
    char path[4096];
    const auto link = "/proc/self/fd/" + std::to_string(fd);
    const auto size = ::readlink(link.c_str(), path, sizeof path);
    if (size <= 0) return std::nullopt;
    auto out = watched_path(kind, std::string(path, static_cast<std::size_t>(size)));
    struct stat info {};
    if (out && ::fstat(fd, &info) == 0) out->file = info.st_ino;
    return out;
}

// The call, unless the watch refuses it.
long shown(const std::optional<DiskCall>& call, const std::function<long()>& make) {
    if (!call) return make();
    if (const int refused = watching->refuse(*call)) {
        errno = refused;
        return -1;
    }
    const long out = make();
    if (out >= 0 && watching) watching->done(*call);
    return out;
}

std::optional<DiskCall> written(int fd, const iovec* parts, int count, std::optional<off_t> offset) {
    auto out = watched(Kind::write, fd);
    if (!out) return out;
    out->offset = static_cast<std::uint64_t>(offset ? *offset : ::lseek(fd, 0, SEEK_CUR));
    out->durable = (::fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    for (int i = 0; i < count; ++i)
        append(out->data, ByteView(static_cast<const std::uint8_t*>(parts[i].iov_base), parts[i].iov_len));
    out->size = out->data.size();
    return out;
}

// A write in one piece: a short one would have to be recorded as such, and regular files do not do that.
ssize_t whole(long done, const std::optional<DiskCall>& call) {
    CHECK(!call || done < 0 || static_cast<std::uint64_t>(done) == call->size);
    return done;
}

long resized(int fd, off_t size) {
    auto call = watched(Kind::resize, fd);
    if (call) call->size = static_cast<std::uint64_t>(size);
    return shown(call, [&] { return ::syscall(SYS_ftruncate, fd, size); });
}

int allocated(int fd, off_t offset, off_t size) {
    auto call = watched(Kind::allocate, fd);
    if (call) call->size = static_cast<std::uint64_t>(offset + size);
    return shown(call, [&] { return ::syscall(SYS_fallocate, fd, 0, offset, size); }) == 0 ? 0 : errno;
}

// The file that is mapped at that place: its line in the list of maps.
std::optional<DiskCall> mapped(const void* address, std::size_t size) {
    if (!watching) return std::nullopt;
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    std::FILE* maps = std::fopen("/proc/self/maps", "re");
    std::optional<DiskCall> out;
    char line[8192];
    while (maps && std::fgets(line, sizeof line, maps)) {
        unsigned long begin = 0, end = 0, offset = 0;
        if (std::sscanf(line, "%lx-%lx %*s %lx", &begin, &end, &offset) != 3 || at < begin || at >= end)
            continue;
        const char* path = std::strchr(line, '/');
        if (path) out = watched_path(Kind::load, std::string(path, std::strcspn(path, "\n")));
        if (out) out->offset = at - begin + offset;
    }
    if (maps) std::fclose(maps);
    if (out) out->size = size;
    return out;
}

}  // namespace

DiskWatch::DiskWatch(std::string directory) : directory_(std::move(directory)) {
    CHECK(!watching);
    watching = this;
}
DiskWatch::~DiskWatch() { watching = nullptr; }

}  // namespace catacomb

using namespace catacomb;

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
    const iovec part{const_cast<void*>(bytes), size};
    const auto call = written(fd, &part, 1, {});
    return whole(shown(call, [&] { return ::syscall(SYS_write, fd, bytes, size); }), call);
}
ssize_t writev(int fd, const iovec* parts, int count) {
    const auto call = written(fd, parts, count, {});
    return whole(shown(call, [&] { return ::syscall(SYS_writev, fd, parts, count); }), call);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    const iovec part{const_cast<void*>(bytes), size};
    const auto call = written(fd, &part, 1, offset);
    return whole(shown(call, [&] { return ::syscall(SYS_pwrite64, fd, bytes, size, offset); }), call);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
    return pwrite(fd, bytes, size, offset);
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
    const auto call = written(fd, parts, count, offset);
    return whole(shown(call, [&] { return ::syscall(SYS_pwritev, fd, parts, count, offset, 0); }), call);
}
ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
    auto call = watched(Kind::read, fd);
    if (call) {
        call->offset = static_cast<std::uint64_t>(offset);
        call->size = size;
    }
    return shown(call, [&] { return ::syscall(SYS_pread64, fd, bytes, size, offset); });
}
ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) { return pread(fd, bytes, size, offset); }
int fdatasync(int fd) {
    return static_cast<int>(shown(watched(Kind::sync, fd), [&] { return ::syscall(SYS_fdatasync, fd); }));
}
int fsync(int fd) {
    return static_cast<int>(shown(watched(Kind::sync, fd), [&] { return ::syscall(SYS_fsync, fd); }));
}
int ftruncate(int fd, off_t size) noexcept { return static_cast<int>(resized(fd, size)); }
int ftruncate64(int fd, off64_t size) noexcept { return static_cast<int>(resized(fd, size)); }
int posix_fallocate(int fd, off_t offset, off_t size) { return allocated(fd, offset, size); }
int posix_fallocate64(int fd, off64_t offset, off64_t size) { return allocated(fd, offset, size); }
int fallocate(int fd, int, off_t offset, off_t size) {
    const int rc = allocated(fd, offset, size);
    return rc == 0 ? 0 : -1;
}
int rename(const char* from, const char* to) noexcept {
    auto call = watched_path(Kind::rename, from);
    if (call) call->to = to;
    return static_cast<int>(shown(call, [&] { return ::syscall(SYS_rename, from, to); }));
}
int unlink(const char* path) noexcept {
    return static_cast<int>(
        shown(watched_path(Kind::unlink, path), [&] { return ::syscall(SYS_unlink, path); }));
}
int madvise(void* address, size_t size, int advice) noexcept {
    const auto call = advice == MADV_POPULATE_READ ? mapped(address, size) : std::nullopt;
    return static_cast<int>(shown(call, [&] { return ::syscall(SYS_madvise, address, size, advice); }));
}
// A map that is written through is a disk that this library does not see.
int msync(void* address, size_t size, int flags) {
    CHECK(!mapped(address, size));
    return static_cast<int>(::syscall(SYS_msync, address, size, flags));
}

}  // extern "C"
