#include "storage/vault_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/codec.hpp"
#include "storage/store_format.hpp"

namespace catacomb::storage {
namespace {

Error io_error(const std::string& what, const std::string& path) {
    return error(Code::io, what + " " + path + ": " + std::strerror(errno));
}

class OpenFile {
public:
    OpenFile(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    OpenFile(const OpenFile&) = delete;
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

// Where LMDB 0.9 (mdb.c, MDB_meta behind a 16-byte page header, 64-bit little-endian) keeps what is checked
// here.
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::size_t kMetaSize = 16 + 136;
constexpr std::uint64_t kNoPage = UINT64_MAX;

struct Meta {
    std::uint16_t page_flags = 0;
    std::uint32_t magic = 0, version = 0, page_size = 0;
    std::uint64_t free_root = 0, main_root = 0, last_page = 0;

    static Meta decode(ByteView page) {
        auto at = [page](std::size_t offset, std::size_t width) {
            return load_le(page.subspan(16 + offset, width));
        };
        Meta out;
        out.page_flags = static_cast<std::uint16_t>(load_le(page.subspan(10, 2)));
        out.magic = static_cast<std::uint32_t>(at(0, 4));
        out.version = static_cast<std::uint32_t>(at(4, 4));
        out.page_size = static_cast<std::uint32_t>(at(24, 4));
        out.free_root = at(64, 8);
        out.main_root = at(112, 8);
        out.last_page = at(120, 8);
        return out;
    }

    bool head_sound() const {
        return page_flags == 8 && magic == kMagic && version == kDataVersion && page_size == kStorePage;
    }
    bool roots_sound() const {
        auto sound = [this](std::uint64_t root) {
            return root == kNoPage || (root > 1 && root <= last_page);
        };
        return last_page >= 1 && sound(free_root) && sound(main_root);
    }
};

Error damaged_head(const std::string& path) {
    return error(Code::corrupt,
                 "the head of the vault's database " + path +
                     " is damaged; restore it from a backup, or remove the vault and start anew");
}

}  // namespace

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

Result<> check_data_file(const std::string& path) {
    const OpenFile file(path, O_RDONLY);
    if (file.fd() < 0) return errno == ENOENT ? ok() : Result<>(io_error("cannot open", path));
    struct stat info {};
    if (::fstat(file.fd(), &info) != 0) return io_error("cannot look at", path);
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size == 0) return ok();

    for (const off_t page : {0, 1}) {
        ByteArray<kMetaSize> bytes{};
        const auto at = page * static_cast<off_t>(kStorePage);
        if (::pread(file.fd(), bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size())) {
            return damaged_head(path);
        }
        const auto meta = Meta::decode(bytes);
        if (!meta.head_sound() || !meta.roots_sound()) return damaged_head(path);
        if (meta.last_page >= size / kStorePage) {
            return error(Code::corrupt, "the vault's database " + path + " is cut short: it has " +
                                            std::to_string(size / kStorePage) + " of " +
                                            std::to_string(meta.last_page + 1) +
                                            " pages; restore it from a backup");
        }
    }
    return ok();
}

}  // namespace catacomb::storage
