#include "tools/catacomb/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/check.hpp"
#include "base/log.hpp"
#include "base/plain_text.hpp"

namespace catacomb::cli {
namespace {

constexpr std::size_t kHashChunk = 1024 * 1024;
constexpr int kStopPollMs = 200;
// The end of a file's name while it is written; mkostemps() puts a random character for each X.
constexpr std::string_view kUnfinished = ".XXXXXX.part";
constexpr auto kAfterRandom = static_cast<int>(kUnfinished.size() - kUnfinished.rfind('.'));
constexpr std::size_t kMaxFileName = 255 - kUnfinished.size();
constexpr std::size_t kMaxKey = 4096;

Error errno_error(std::string what) { return error(Code::io, std::move(what) + ": " + std::strerror(errno)); }

Error taken(const std::string& path) {
    return error(Code::exists, path + " exists already and is not overwritten; choose another name with -o");
}

bool is_regular_or_directory(const std::string& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 && !S_ISCHR(about.st_mode) && !S_ISFIFO(about.st_mode);
}

// Into `to` only if nothing is there; by a link where the file system cannot rename that way.
bool rename_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

// At most a little more than a key may have: /dev/zero has no lines.
std::string first_line(std::istream& in) {
    std::string out;
    for (char c = 0; out.size() <= kMaxKey && in.get(c) && c != '\n';) out += c;
    return out;
}

// So that the new name outlives a power cut. Some file systems cannot, and the file itself is safe.
void sync_directory_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const Descriptor directory(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(directory.get());
}

}  // namespace

Descriptor::~Descriptor() { close(); }

bool Descriptor::close() {
    const int fd = std::exchange(fd_, -1);
    return fd <= STDERR_FILENO || ::close(fd) == 0;
}

Error InputFile::failed(const char* what) const { return errno_error(concat(what, " ", path_)); }

Result<InputFile> InputFile::open(const std::string& path) {
    InputFile out;
    out.path_ = path == "-" ? "standard input" : path;
    if (path == "-") {
        out.fd_ = Descriptor(STDIN_FILENO);
        return out;
    }
    out.fd_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about {};
    if (out.fd_.get() < 0 || ::fstat(out.fd_.get(), &about) != 0) return out.failed("cannot read");
    if (S_ISDIR(about.st_mode)) {
        return error(Code::bad_input,
                     concat(path, " is a directory, and insert takes one file; pack it first: tar c ", path,
                            " | catacomb insert -"));
    }
    if (S_ISREG(about.st_mode) && about.st_size > 0) out.size_ = static_cast<std::uint64_t>(about.st_size);
    out.name_ = std::filesystem::path(path).filename().string();
    return out;
}

Result<crypto::Digest> InputFile::hash(const std::function<void(std::uint64_t)>& progress) {
    CHECK(size_.has_value());
    crypto::ContentHasher hasher;
    Bytes chunk(kHashChunk);
    const std::atomic<bool> never{false};
    while (taken_ < *size_) {
        const auto n = read(chunk, never);
        if (!n) return n.error();
        hasher.add(ByteView(chunk).first(*n));
        progress(taken_);
    }
    std::uint8_t beyond = 0;
    if (::read(fd_.get(), &beyond, 1) > 0) {
        return error(Code::changed, path_ + " became longer while it was read");
    }
    if (::lseek(fd_.get(), 0, SEEK_SET) < 0) return failed("cannot read");
    taken_ = 0;
    return hasher.digest();
}

Result<std::size_t> InputFile::read(MutableBytes into, const std::atomic<bool>& stop) {
    auto wanted = into.size();
    if (size_) wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, *size_ - taken_));
    pollfd ready{fd_.get(), POLLIN, 0};
    while (!size_ && !stop && ::poll(&ready, 1, kStopPollMs) == 0) continue;
    if (stop || wanted == 0) return std::size_t{0};
    const auto n = ::read(fd_.get(), into.data(), wanted);
    if (n < 0) return failed("cannot read");
    if (n == 0 && size_) return error(Code::changed, path_ + " became shorter while it was read");
    taken_ += static_cast<std::uint64_t>(n);
    return static_cast<std::size_t>(n);
}

Error OutputFile::failed(const char* what) const { return errno_error(concat(what, " ", path_)); }

Result<> check_free(const std::string& path) {
    if (is_regular_or_directory(path)) return taken(path);
    return ok();
}

OutputFile OutputFile::standard_output() {
    OutputFile out;
    out.path_ = "standard output";
    out.fd_ = Descriptor(STDOUT_FILENO);
    return out;
}

Result<OutputFile> OutputFile::open(const std::string& path) {
    if (auto free = check_free(path); !free) return free.error();
    OutputFile out;
    out.path_ = path;
    struct stat about {};
    if (::stat(path.c_str(), &about) == 0) {  // a device or a pipe
        out.fd_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (out.fd_.get() < 0) return out.failed("cannot write");
        return out;
    }
    if (auto created = out.create_part(); !created) return created.error();
    return out;
}

Result<> OutputFile::create_part() {
    auto part = concat(path_, kUnfinished);
    fd_ = Descriptor(::mkostemps(part.data(), kAfterRandom, O_CLOEXEC));
    if (fd_.get() < 0) return failed("cannot write");
    part_ = std::move(part);
    // It was made for its owner alone; a file of the user has the user's mask, on disks that know owners.
    const auto mask = ::umask(0);
    ::umask(mask);
    static_cast<void>(::fchmod(fd_.get(), 0666 & ~mask));
    return ok();
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

Result<> OutputFile::commit() {
    if (part_.empty()) return ok();
    if (::fsync(fd_.get()) != 0 || !fd_.close()) return failed("cannot write");
    if (!rename_new(part_, path_)) return errno == EEXIST ? taken(path_) : failed("cannot write");
    part_.clear();
    sync_directory_of(path_);
    return ok();
}

void OutputFile::abandon() {
    if (!part_.empty()) ::unlink(part_.c_str());
    part_.clear();
}

std::string safe_file_name(std::string_view stored) {
    auto out = plain_text(stored, '_');
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '/' || c == '\\'; }, '_');
    if (!out.empty() && out.front() == '.') out.front() = '_';
    if (out.size() > kMaxFileName) {
        std::size_t cut = kMaxFileName;
        while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80)
            --cut;  // not within a UTF-8 character
        out.resize(cut);
    }
    return out.empty() ? "catacomb-file" : out;
}

Result<std::string> read_key(const std::string& argument) {
    std::string text = argument;
    if (argument == "-") {
        text = first_line(std::cin);
    } else if (!argument.empty() && argument.front() == '@') {
        std::ifstream in(argument.substr(1));
        if (!in) return errno_error("cannot read the key from " + argument.substr(1));
        text = first_line(in);
    }
    constexpr const char* kWhite = " \t\r\n";
    const auto first = text.find_first_not_of(kWhite);
    if (first == std::string::npos) return error(Code::bad_input, "the key is empty");
    text = text.substr(first, text.find_last_not_of(kWhite) - first + 1);
    if (text.size() > kMaxKey) return error(Code::bad_input, "that is too long for a key");
    return text;
}

}  // namespace catacomb::cli
