#include "node/api/private_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace catacomb::node::api {
namespace {

Error failed(const std::filesystem::path& file) {
    return error(Code::io, "cannot write " + file.string() + ": " + std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

std::string make_token(Rng& rng) {
    ByteArray<32> secret;
    rng.fill(secret);
    return to_hex(secret);
}

Result<> write_private_file(const std::filesystem::path& file, std::string_view line) {
    const auto next = file.string() + ".next";
    ::unlink(next.c_str());  // a leftover may have another mode
    const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return failed(file);
    const bool written = write_all(fd, std::string(line) + "\n");
    if (::close(fd) != 0 || !written || ::rename(next.c_str(), file.c_str()) != 0) return failed(file);
    return ok();
}

}  // namespace catacomb::node::api
