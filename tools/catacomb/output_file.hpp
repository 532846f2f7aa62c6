// OutputFile: where a get writes: standard output or another open descriptor, a device or a pipe, or a new
// file that appears whole or not at all and never takes the place of anything. A new file has no name until
// it is whole, so that nothing is left of it whatever ends the program; where the file system knows no such
// files it is written as .catacomb-*.part beside its place, a name that nothing had, and removed when it is
// given up.
#pragma once

#include "tools/catacomb/files.hpp"

namespace catacomb::cli {

class OutputFile {
public:
    // Code::exists when the path is taken.
    static Result<OutputFile> open(const std::string& path);
    static OutputFile standard_output();
    OutputFile(OutputFile&&) noexcept = default;
    ~OutputFile() { abandon(); }

    // Code::io when the disk has not so many bytes free. Not a promise that it will.
    Result<> look_for_room(std::uint64_t size) const;
    Result<> write(ByteView bytes);
    Result<> commit();
    void abandon();  // nothing after commit()
    const std::string& path() const { return path_; }

private:
    enum class Kind { in_place, nameless, part };
    OutputFile() = default;
    Result<> create();
    bool create_nameless(const std::string& directory);
    bool create_part(const std::string& directory);
    bool give_name();
    Error failed(const char* what) const;
    std::string path_;
    std::string part_;  // of Kind::part; empty: gone
    Kind kind_ = Kind::in_place;
    Descriptor fd_;
};

// Code::exists when `path` is a file or a directory that a get must not overwrite.
Result<> check_free(const std::string& path);
// "-", or a name of descriptor 1.
bool names_standard_output(const std::string& path);

}  // namespace catacomb::cli
