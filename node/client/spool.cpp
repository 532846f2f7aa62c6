#include "node/client/spool.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

}  // namespace

Result<std::unique_ptr<Spool>> Spool::create(const std::string& directory, Rng& rng) {
    auto file = File::unnamed(directory);
    if (!file) return file.error();
    crypto::Key256 key;
    rng.fill(key.expose_mutable());
    return std::unique_ptr<Spool>(new Spool(std::move(*file), std::move(key)));
}

Spool::Spool(File file, crypto::Key256 key)
    : file_(std::move(file)),
      sealer_(crypto::preferred_suite(), key),
      opener_(crypto::preferred_suite(), key) {}

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
    if (auto written = file_.write(chunk_); !written) return written;
    chunk_.clear();
    return ok();
}

Result<> Spool::rewind() {
    if (!chunk_.empty()) {
        if (auto written = write_chunk(); !written) return written;
    }
    return file_.rewind();
}

Result<Bytes> Spool::read() {
    if (chunks_read_ == chunks_written_) return Bytes{};
    const bool last = chunks_read_ + 1 == chunks_written_;
    const auto size = last ? size_ - chunks_read_ * kChunk : kChunk;
    Bytes bytes(size + crypto::kTagSize);
    const auto got = file_.read(bytes);
    if (!got) return got.error();
    if (*got != bytes.size()) return error(Code::corrupt, "the spool is shorter than what was written to it");
    ByteArray<crypto::kTagSize> tag;
    copy(tag, ByteView(bytes).subspan(size));
    bytes.resize(size);
    if (!opener_.open(chunks_read_++, {}, bytes, tag))
        return error(Code::corrupt, "the spool was changed on the disk");
    return bytes;
}

}  // namespace catacomb::node
