#include "tools/catacomb/daemon.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "node/config/log_output.hpp"

namespace catacomb::cli {

namespace {

// Files that root made there would keep its user's own node from starting.
Result<> is_ours(const std::filesystem::path& data_dir) {
    struct stat about {};
    if (::stat(data_dir.c_str(), &about) != 0 || about.st_uid == ::geteuid()) return ok();
    const auto* owner = ::getpwuid(about.st_uid);
    const auto name = owner ? std::string(owner->pw_name) : concat("#", about.st_uid);
    return error(Code::refused, concat("the data directory ", data_dir.string(), " belongs to user ", name,
                                       "; start the node as that user: sudo -u ", name, " catacombd …"));
}

}  // namespace

void on_hangup(const node::LogConfig& log) {
    if (log.file.empty() && ::isatty(STDERR_FILENO) == 1) {
        ::raise(SIGTERM);
        return;
    }
    if (auto opened = node::reopen_log(); !opened) {
        log_warning("daemon", opened.error().text());
        return;
    }
    log_info("daemon", "SIGHUP: the log is open anew");
}

Result<DataDirLock> DataDirLock::take(const std::filesystem::path& data_dir) {
    std::error_code failure;
    const bool made = std::filesystem::create_directories(data_dir, failure);
    if (made) ::chmod(data_dir.c_str(), 0700);
    if (auto ours = is_ours(data_dir); !ours) return ours.error();
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
