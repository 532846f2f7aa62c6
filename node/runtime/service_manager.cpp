#include "node/runtime/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace catacomb::node {

void tell_service_manager(std::string_view words) {
    const char* const name = std::getenv("NOTIFY_SOCKET");
    const std::size_t length = name ? std::strlen(name) : 0;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (length < 2 || length >= sizeof to.sun_path || (name[0] != '/' && name[0] != '@')) return;
    std::memcpy(to.sun_path, name, length);
    if (name[0] == '@') to.sun_path[0] = 0;
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    // An abstract name ends where the address does.
    const auto size = static_cast<::socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    static_cast<void>(
        ::sendto(fd, words.data(), words.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size));
    ::close(fd);
}

}  // namespace catacomb::node
