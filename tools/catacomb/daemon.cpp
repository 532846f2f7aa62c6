#include "tools/catacomb/daemon.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace catacomb::cli {

Result<DataDirLock> DataDirLock::take(const std::filesystem::path& data_dir) {
    std::error_code failure;
    const bool made = std::filesystem::create_directories(data_dir, failure);
    if (made) ::chmod(data_dir.c_str(), 0700);
    const auto file = data_dir / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return error(Code::io,
                     concat("cannot use the data directory ", data_dir.string(), ": ", std::strerror(errno)));
    }
    DataDirLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    return error(Code::busy, concat("another node runs with the data directory ", data_dir.string()));
}

DataDirLock::~DataDirLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace catacomb::cli
