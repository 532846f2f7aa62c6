// The Unix socket of the API: the way of the command line, and of `curl --unix-socket`. Where it lies, who
// may use it, and how a path of any length becomes an address: sun_path holds 107 bytes, so a longer one is
// reached through its directory's descriptor in /proc.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <optional>

#include "base/result.hpp"

namespace catacomb::node::api {

inline constexpr const char* kSocketFile =
    "api.sock";  // in the data directory; a link where it lies elsewhere

class LocalAddress {
public:
    // Code::io when the path is long and its directory cannot be opened.
    static Result<LocalAddress> of(const std::filesystem::path& socket);
    LocalAddress(LocalAddress&& other) noexcept;
    ~LocalAddress();
    // Good as long as this lives.
    const boost::asio::local::stream_protocol::endpoint& endpoint() const { return endpoint_; }

private:
    LocalAddress() = default;
    boost::asio::local::stream_protocol::endpoint endpoint_;
    int directory_ = -1;
};

// Removes what a killed node left at `socket`. Code::busy when somebody listens there, Code::exists when it
// is something else than a socket.
Result<> remove_stale(const std::filesystem::path& socket);

// The number of a group's name. Code::bad_input when there is no such group.
Result<::gid_t> group_named(const std::string& name);
// Whether the other end of `socket` is this process's user, root, or in `group`.
bool peer_may(int socket, std::optional<::gid_t> group);

}  // namespace catacomb::node::api
