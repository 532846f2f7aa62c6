// What this program asks of the disk, seen and refused. The calls that write, size, sync, name or load a file
// are defined in this library, so they stand before the C library's in every program that links it, for
// shared libraries (LMDB) as well. A DiskWatch is shown those on files under its directory, one watch at a
// time; without one they go straight to the kernel. Not for calls made by several threads at once.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace catacomb {

struct DiskCall {
    enum class Kind : std::uint8_t { write, resize, allocate, sync, rename, unlink, load, read };
    // load: pages of a map are read in (MADV_POPULATE_READ).
    Kind kind = Kind::write;
    std::string path;          // of the file, or of the directory that is synced
    std::uint64_t file = 0;    // its inode
    std::uint64_t offset = 0;  // of a write, load or read, in bytes
    std::uint64_t size = 0;    // bytes; of a resize: the new one
    Bytes data;                // of a write
    bool durable = false;      // a write that returns when it is on the disk (O_DSYNC)
    std::string to;            // of a rename
};

class DiskWatch {
public:
    // Files under `directory`, which is an absolute path without links.
    explicit DiskWatch(std::string directory);
    DiskWatch(const DiskWatch&) = delete;
    virtual ~DiskWatch();

    // Before the call. Not zero: an errno; the call fails with it and does nothing.
    virtual int refuse(const DiskCall&) { return 0; }
    // It was done.
    virtual void done(const DiskCall&) {}
    const std::string& directory() const { return directory_; }

private:
    std::string directory_;
};

}  // namespace catacomb
