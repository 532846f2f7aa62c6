#include "node/client/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace catacomb::node {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

Error disk_error(const char* doing) {
    const int reason = errno;
    const auto code = reason == ENOSPC || reason == EDQUOT ? Code::full : Code::io;
    return error(code, std::string(doing) + ": " + std::strerror(reason));
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::create(const std::string& directory, Rng& rng) {
    const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) return disk_error(("no temporary file in " + directory).c_str());
    crypto::Key256 key;
    rng.fill(key.expose_mutable());
    return std::unique_ptr<Spool>(new Spool(file, std::move(key)));
}

Spool::Spool(int file, crypto::Key256 key)
    : file_(file), sealer_(crypto::preferred_suite(), key), opener_(crypto::preferred_suite(), key) {}

Spool::~Spool() { ::close(file_); }

Result<> Spool::append(ByteView bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), kChunk - chunk_.size()));
        catacomb::append(chunk_, part);
        bytes = bytes.subspan(part.size());
        if (chunk_.size() < kChunk) continue;
        if (auto written = write_chunk(); !written) return written;
    }
    return ok();
}

// The chunk, then its tag; chunks are numbered by the nonce, so none can be swapped or left out.
Result<> Spool::write_chunk() {
    ByteArray<crypto::kTagSize> tag;
    sealer_.seal(chunks_written_++, {}, chunk_, tag);
    catacomb::append(chunk_, tag);
    for (ByteView left = chunk_; !left.empty();) {
        const auto written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return disk_error("the input could not be spooled");
        left = left.subspan(static_cast<std::size_t>(written));
    }
    chunk_.clear();
    return ok();
}

Result<> Spool::rewind() {
    if (!chunk_.empty()) {
        if (auto written = write_chunk(); !written) return written;
    }
    if (::lseek(file_, 0, SEEK_SET) < 0) return disk_error("the spool could not be rewound");
    return ok();
}

Result<Bytes> Spool::read() {
    if (chunks_read_ == chunks_written_) return Bytes{};
    const bool last = chunks_read_ + 1 == chunks_written_;
    const auto size = last ? size_ - chunks_read_ * kChunk : kChunk;
    Bytes bytes(size + crypto::kTagSize);
    for (MutableBytes left = bytes; !left.empty();) {
        const auto got = ::read(file_, left.data(), left.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return disk_error("the spool could not be read");
        if (got == 0) return error(Code::corrupt, "the spool is shorter than what was written to it");
        left = left.subspan(static_cast<std::size_t>(got));
    }
    ByteArray<crypto::kTagSize> tag;
    copy(tag, ByteView(bytes).subspan(size));
    bytes.resize(size);
    if (!opener_.open(chunks_read_++, {}, bytes, tag))
        return error(Code::corrupt, "the spool was changed on the disk");
    return bytes;
}

}  // namespace catacomb::node
