#include "tools/catacomb/daemon.hpp"

#include <sys/stat.h>

namespace catacomb::cli {

Result<File> lock_data_dir(const std::filesystem::path& data_dir) {
    std::error_code failure;
    const bool made = std::filesystem::create_directories(data_dir, failure);
    if (made) ::chmod(data_dir.c_str(), 0700);
    auto file = File::open((data_dir / "lock").string(), O_RDWR | O_CREAT);
    if (!file) {
        return error(Code::io,
                     concat("cannot use the data directory ", data_dir.string(), ": ", file.error().text()));
    }
    const auto locked = file->lock();
    if (locked) return file;
    if (!locked.error().is(Code::busy)) return locked.error();
    return error(Code::busy, concat("another node runs with the data directory ", data_dir.string()));
}

}  // namespace catacomb::cli
