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
constexpr std::size_t kMaxFileName = 255;
constexpr std::size_t kMaxKey = 4096;

Error errno_error(std::string what) { return error(Code::io, std::move(what) + ": " + std::strerror(errno)); }

// At most a little more than a key may have: /dev/zero has no lines.
std::string first_line(std::istream& in) {
    std::string out;
    for (char c = 0; out.size() <= kMaxKey && in.get(c) && c != '\n';) out += c;
    return out;
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
