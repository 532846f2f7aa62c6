#include "tools/catacomb/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/log.hpp"
#include "tools/catacomb/progress.hpp"

namespace catacomb::cli {
namespace {

// mkostemps() puts a random character for each X.
constexpr std::string_view kPart = "/.catacomb-XXXXXX.part";
constexpr int kAfterRandom = 5;

Error taken(const std::string& path) {
    return error(Code::exists, path + " exists already and is not overwritten; choose another name with -o");
}

// A link is followed to what is no file: /dev/stdout is one.
bool may_be_written_to(const std::string& path) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) return true;
    if (S_ISLNK(about.st_mode) && ::stat(path.c_str(), &about) != 0) return false;
    return S_ISCHR(about.st_mode) || S_ISFIFO(about.st_mode);
}

// The N of /dev/fd/N and its like: what the shell opened for us, and may be something that cannot be opened
// again by its name.
std::optional<int> descriptor_named(const std::string& path) {
    if (path == "/dev/stdout") return STDOUT_FILENO;
    if (path == "/dev/stderr") return STDERR_FILENO;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        if (path.compare(0, folder.size(), folder) != 0) continue;
        int out = -1;
        const auto* end = path.data() + path.size();
        const auto [last, failure] = std::from_chars(path.data() + folder.size(), end, out);
        if (failure == std::errc() && last == end && out >= 0) return out;
    }
    return std::nullopt;
}

std::string directory_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    return parent.empty() ? "." : parent.string();
}

std::string name_in_proc(int fd) { return concat("/proc/self/fd/", fd); }

// Into `to` only if nothing is there; by a link where the file system cannot rename that way.
bool rename_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

// So that the new name outlives a power cut. Some file systems cannot, and the file itself is safe.
void sync_directory_of(const std::string& path) {
    const Descriptor directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(directory.get());
}

}  // namespace

Error OutputFile::failed(const char* what) const {
    return error(Code::io, concat(what, " ", path_, ": ", std::strerror(errno)));
}

Result<> check_free(const std::string& path) {
    if (descriptor_named(path) || may_be_written_to(path)) return ok();
    return taken(path);
}

bool names_standard_output(const std::string& path) {
    return path == "-" || descriptor_named(path) == STDOUT_FILENO;
}

OutputFile OutputFile::standard_output() {
    OutputFile out;
    out.path_ = "standard output";
    out.fd_ = Descriptor(STDOUT_FILENO);
    return out;
}

Result<OutputFile> OutputFile::open(const std::string& path) {
    if (names_standard_output(path)) return standard_output();
    if (auto free = check_free(path); !free) return free.error();
    OutputFile out;
    out.path_ = path;
    const auto given = descriptor_named(path);
    struct stat about {};
    if (given) {
        out.fd_ = Descriptor(::fcntl(*given, F_DUPFD_CLOEXEC, 0));
    } else if (::stat(path.c_str(), &about) == 0) {  // a device or a pipe
        out.fd_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    } else if (auto created = out.create(); !created) {
        return created.error();
    }
    if (out.fd_.get() < 0) return out.failed("cannot write");
    return out;
}

Result<> OutputFile::create() {
    const auto directory = directory_of(path_);
    if (create_nameless(directory) || create_part(directory)) return ok();
    return failed("cannot write");
}

bool OutputFile::create_nameless(const std::string& directory) {
    fd_ = Descriptor(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
    if (fd_.get() < 0) return false;
    if (::access(name_in_proc(fd_.get()).c_str(), F_OK) != 0) return false;  // give_name() needs it
    kind_ = Kind::nameless;
    return true;
}

bool OutputFile::create_part(const std::string& directory) {
    auto part = concat(directory, kPart);
    fd_ = Descriptor(::mkostemps(part.data(), kAfterRandom, O_CLOEXEC));
    if (fd_.get() < 0) return false;
    kind_ = Kind::part;
    part_ = std::move(part);
    // It was made for its owner alone; a file of the user has the user's mask, on disks that know owners.
    const auto mask = ::umask(0);
    ::umask(mask);
    static_cast<void>(::fchmod(fd_.get(), 0666 & ~mask));
    return true;
}

Result<> OutputFile::look_for_room(std::uint64_t size) const {
    struct statvfs disk {};
    if (kind_ == Kind::in_place || ::fstatvfs(fd_.get(), &disk) != 0 || disk.f_blocks == 0) return ok();
    const auto free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    if (free >= static_cast<double>(size)) return ok();
    return error(Code::io,
                 concat("cannot write ", path_, ": ", std::strerror(ENOSPC), ": the file has ",
                        amount_text(static_cast<double>(size)), ", and ", amount_text(free), " are free"));
}

Result<> OutputFile::write(ByteView bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("cannot write");
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return ok();
}

bool OutputFile::give_name() {
    if (kind_ == Kind::part) return fd_.close() && rename_new(part_, path_);
    return ::linkat(AT_FDCWD, name_in_proc(fd_.get()).c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) ==
               0 &&
           fd_.close();
}

Result<> OutputFile::commit() {
    if (kind_ == Kind::in_place) return ok();
    if (::fsync(fd_.get()) != 0) return failed("cannot write");
    if (!give_name()) return errno == EEXIST ? taken(path_) : failed("cannot write");
    part_.clear();
    sync_directory_of(path_);
    return ok();
}

void OutputFile::abandon() {
    if (!part_.empty()) ::unlink(part_.c_str());
    part_.clear();
}

}  // namespace catacomb::cli
