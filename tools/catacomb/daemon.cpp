#include "tools/catacomb/daemon.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

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

Result<File> lock_data_dir(const std::filesystem::path& data_dir) {
    std::error_code failure;
    const bool made = std::filesystem::create_directories(data_dir, failure);
    if (made) ::chmod(data_dir.c_str(), 0700);
    if (auto ours = is_ours(data_dir); !ours) return ours.error();
    auto file = File::open((data_dir / "lock").string(), O_RDWR | O_CREAT);
    if (!file) {
        return error(Code::io,
                     concat("cannot use the data directory ", data_dir.string(), ": ", file.error().text()));
    }
    const auto locked = file->lock();
    if (locked) return file;
    if (!locked.error().is(Code::busy)) return locked.error();
    return error(Code::busy, concat("another node runs with the data directory ", data_dir.string()));
}

}  // namespace catacomb::cli
