#include "node/api/local_socket.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/log.hpp"

namespace catacomb::node::api {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

std::string words_of(int failure) { return std::strerror(failure); }

bool in_groups_of_peer(int socket, ::gid_t group) {
    std::vector<::gid_t> groups(64);
    auto size = static_cast<::socklen_t>(groups.size() * sizeof(::gid_t));
    while (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) {
        if (errno != ERANGE) return false;
        groups.resize(size / sizeof(::gid_t));
    }
    groups.resize(size / sizeof(::gid_t));
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

// 0 when somebody took the connection, or would have.
int knock(const LocalAddress& at) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno;
    const bool reached =
        ::connect(fd, at.endpoint().data(), static_cast<::socklen_t>(at.endpoint().size())) == 0;
    const int failure = reached || errno == EAGAIN ? 0 : errno;
    ::close(fd);
    return failure;
}

}  // namespace

Result<LocalAddress> LocalAddress::of(const fs::path& socket) {
    LocalAddress out;
    auto text = socket.string();
    if (text.size() > kMaxPath) {
        const auto parent = socket.has_parent_path() ? socket.parent_path() : fs::path(".");
        out.directory_ = ::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        text = concat("/proc/self/fd/", out.directory_, "/", socket.filename().string());
        if (out.directory_ < 0 || text.size() > kMaxPath) {
            return error(Code::io,
                         concat("a socket's path has at most ", kMaxPath, " bytes, and ", socket.string(),
                                " has ", socket.string().size(), "; set api.socket to a shorter one"));
        }
    }
    out.endpoint_ = boost::asio::local::stream_protocol::endpoint(text);
    return out;
}

LocalAddress::LocalAddress(LocalAddress&& other) noexcept
    : endpoint_(std::move(other.endpoint_)), directory_(std::exchange(other.directory_, -1)) {}

LocalAddress::~LocalAddress() {
    if (directory_ >= 0) ::close(directory_);
}

Result<> remove_stale(const fs::path& socket) {
    struct stat about {};
    if (::lstat(socket.c_str(), &about) != 0) return ok();
    if (!S_ISSOCK(about.st_mode)) {
        return error(Code::exists, socket.string() + " is in the way of the API's socket; remove it");
    }
    const auto at = LocalAddress::of(socket);
    if (!at) return at.error();
    const int failure = knock(*at);
    if (failure == 0) return error(Code::busy, "another program serves the socket " + socket.string());
    if (failure == ECONNREFUSED && ::unlink(socket.c_str()) == 0) return ok();
    return error(Code::io, "cannot replace the socket " + socket.string() + ": " + words_of(failure));
}

Result<::gid_t> group_named(const std::string& name) {
    std::vector<char> text(1 << 16);
    struct group entry {};
    struct group* found = nullptr;
    if (::getgrnam_r(name.c_str(), &entry, text.data(), text.size(), &found) == 0 && found)
        return found->gr_gid;
    return error(Code::bad_input, "api.group: there is no group '" + name + "'");
}

bool peer_may(int socket, std::optional<::gid_t> group) {
    struct ucred peer {};
    ::socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    if (peer.uid == ::geteuid() || peer.uid == 0) return true;
    return group && (peer.gid == *group || in_groups_of_peer(socket, *group));
}

}  // namespace catacomb::node::api
