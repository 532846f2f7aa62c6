// Files, in one place: opened, read, written, locked, and replaced in one step, with what the operating
// system said in words. A File owns its descriptor. Calls block on the disk: run them on a worker. Errors:
// Code::not_found where a file to read is not there, Code::full when disk or disk quota is used up, else
// Code::io.
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace catacomb {

// "cannot open /a/b: No such file or directory".
Error file_error(std::string_view doing, const std::string& path, int reason = errno);

class File {
public:
    // Flags as of open(2). A file that is made is its owner's alone.
    static Result<File> open(const std::string& path, int flags);
    // Without a name, in that directory: gone when it is closed, whatever happens.
    static Result<File> unnamed(const std::string& directory);
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    ~File();

    Result<std::uint64_t> size() const;  // bytes
    // Fewer bytes than asked for only at the end of the file.
    Result<std::size_t> read(MutableBytes out);
    Result<std::size_t> read_at(std::uint64_t offset, MutableBytes out) const;
    // All of it.
    Result<> write(ByteView bytes);
    Result<> write_at(std::uint64_t offset, ByteView bytes);
    // Reading and writing go on at the front.
    Result<> rewind();
    // Room on the disk for that many bytes.
    Result<> allocate(std::uint64_t size);
    // What was written survives a power cut from here on. After an error nothing is known of it.
    Result<> sync();
    // Held until the file is closed, against other processes and other openings in this one. Code::busy.
    Result<> lock();

private:
    File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_;
    std::string path_;
};

// The whole file; more than `most` bytes are Code::limit.
Result<Bytes> read_file(const std::string& path, std::size_t most);
// Puts a file of these bytes, its owner's alone, in the place of what is there. Whenever the power fails, the
// name leads to the old or to the new bytes, whole; when it returns, to the new.
Result<> replace_file(const std::string& path, ByteView bytes);
// Gives a file that is synced another name on the same disk, durably.
Result<> rename_file(const std::string& from, const std::string& to);
// The names in it survive a power cut from here on.
Result<> sync_directory(const std::string& path);

}  // namespace catacomb
