#include "storage/store/vault_files.hpp"

#include <sys/file.h>
#include <sys/statvfs.h>

#include "storage/store/open_file.hpp"

namespace catacomb::storage {

Result<FileLock> FileLock::take(const std::string& path) {
    OpenFile file(path, O_RDWR | O_CREAT);
    if (file.fd() < 0) return io_error("cannot open", path);
    if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return error(Code::busy, "the vault is open elsewhere: " + path + " is locked");
        return io_error("cannot lock", path);
    }
    return FileLock(file.release());
}

FileLock::~FileLock() {
    if (fd_ >= 0) ::close(fd_);
}

bool DiskReserve::held() const {
    struct stat info {};
    return ::stat(path_.c_str(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) == size_;
}

bool DiskReserve::hold() {
    if (size_ == 0 || held()) return true;
    const OpenFile file(path_, O_RDWR | O_CREAT);
    if (file.fd() >= 0 && ::posix_fallocate(file.fd(), 0, static_cast<off_t>(size_)) == 0) return true;
    release();
    return false;
}

void DiskReserve::release() { ::unlink(path_.c_str()); }

std::uint64_t free_disk_space(const std::string& directory) {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0) return 0;
    return std::uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace catacomb::storage
