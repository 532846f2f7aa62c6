#include "storage/store/vault_files.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace catacomb::storage {

Result<File> lock_directory(const std::string& directory) {
    const auto path = directory + "/lock";
    auto file = File::open(path, O_RDWR | O_CREAT);
    if (!file) return file;
    const auto locked = file->lock();
    if (locked) return file;
    if (!locked.error().is(Code::busy)) return locked.error();
    return error(Code::busy, "the vault is open elsewhere: " + path + " is locked");
}

bool DiskReserve::held() const {
    struct stat info {};
    return ::stat(path_.c_str(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) == size_;
}

bool DiskReserve::hold() {
    if (size_ == 0 || held()) return true;
    auto file = File::open(path_, O_RDWR | O_CREAT);
    if (file && file->allocate(size_)) return true;
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
