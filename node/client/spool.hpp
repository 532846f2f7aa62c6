// Spool: where a pipe's bytes wait until their hash is known: an unnamed temporary file, encrypted under a
// key that exists only in this object, so nothing readable is left on the disk whatever happens. Blocking
// calls: run them on a worker.
#pragma once

#include "base/file.hpp"
#include "base/rng.hpp"
#include "crypto/aead.hpp"

namespace catacomb::node {

class Spool {
public:
    // Code::io when no file can be made in `directory`.
    static Result<std::unique_ptr<Spool>> create(const std::string& directory, Rng& rng);

    // Code::full when the disk is full.
    Result<> append(ByteView bytes);
    // Ends writing; read() starts at the front.
    Result<> rewind();
    // The next bytes, at most one chunk; empty at the end. Code::corrupt when the disk gave back something
    // else.
    Result<Bytes> read();
    std::uint64_t size() const { return size_; }

private:
    Spool(File file, crypto::Key256 key);
    Result<> write_chunk();

    File file_;
    crypto::Sealer sealer_;
    crypto::Opener opener_;
    Bytes chunk_;
    std::uint64_t chunks_written_ = 0, chunks_read_ = 0;
    std::uint64_t size_ = 0;
};

}  // namespace catacomb::node
