#include "node/api/listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

namespace catacomb::node::api {
namespace asio = boost::asio;
using asio::ip::tcp;
using Failure = boost::system::error_code;
namespace {

tcp::endpoint as_tcp(const routing::Endpoint& at) {
    if (at.is_v4()) {
        asio::ip::address_v4::bytes_type bytes;
        std::copy(at.address.begin() + 12, at.address.end(), bytes.begin());
        return {asio::ip::address_v4(bytes), at.port};
    }
    return {asio::ip::address_v6(at.address), at.port};
}

std::uint16_t port_of(const Acceptor& acceptor, Failure& failure) {
    const auto at = acceptor.local_endpoint(failure);
    tcp::endpoint out;
    std::memcpy(out.data(), at.data(), std::min(at.size(), out.capacity()));
    return out.port();
}

// A link to where the socket lies, for whoever knows the data directory.
Result<> point_to(const LocalOptions& options) {
    const auto link = options.link();
    const auto target = std::filesystem::absolute(options.elsewhere);
    if (::symlink(target.c_str(), link.c_str()) == 0) return ok();
    return error(Code::io, "cannot write " + link.string() + ": " + std::strerror(errno));
}

Result<> clear_the_way(const LocalOptions& options) {
    std::error_code none;
    if (std::filesystem::is_symlink(options.link(), none)) std::filesystem::remove(options.link(), none);
    if (!options.elsewhere.empty()) {
        if (auto gone = remove_stale(options.link()); !gone) return gone;
    }
    return remove_stale(options.socket());
}

Failure open_to_group(const LocalOptions& options) {
    if (!options.group) return {};
    const auto socket = options.socket();
    const bool done = ::chown(socket.c_str(), static_cast<::uid_t>(-1), *options.group) == 0 &&
                      ::chmod(socket.c_str(), 0660) == 0;
    return done ? Failure() : Failure(errno, boost::system::system_category());
}

}  // namespace

Result<Acceptor> listen_tcp(asio::any_io_executor executor, routing::Endpoint& at) {
    if (!at.is_loopback()) {
        return error(Code::refused, "the API listens on loopback addresses only, not on " + at.text());
    }
    const auto endpoint = as_tcp(at);
    Acceptor out(executor);
    Failure failure;
    out.open(endpoint.protocol(), failure);
    if (!failure) out.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) out.bind(endpoint, failure);
    if (!failure) out.listen(asio::socket_base::max_listen_connections, failure);
    if (!failure) at.port = port_of(out, failure);
    if (!failure) return out;
    return error(Code::io, "the API cannot listen on " + at.text() + ": " + failure.message());
}

Result<Acceptor> listen_local(asio::any_io_executor executor, const LocalOptions& options) {
    if (auto clear = clear_the_way(options); !clear) return clear.error();
    const auto at = LocalAddress::of(options.socket());
    if (!at) return at.error();
    Acceptor out(executor);
    Failure failure;
    out.open(at->endpoint().protocol(), failure);
    // The file gets the mode that the socket has now.
    if (!failure) ::fchmod(out.native_handle(), 0600);
    if (!failure) out.bind(at->endpoint(), failure);
    if (!failure) failure = open_to_group(options);
    if (!failure) out.listen(asio::socket_base::max_listen_connections, failure);
    if (failure) {
        return error(Code::io,
                     "the API cannot listen on " + options.socket().string() + ": " + failure.message());
    }
    if (!options.elsewhere.empty()) {
        if (auto pointed = point_to(options); !pointed) return pointed.error();
    }
    return out;
}

void remove_local(const LocalOptions& options) {
    std::error_code none;
    std::filesystem::remove(options.socket(), none);
    std::filesystem::remove(options.link(), none);
}

}  // namespace catacomb::node::api
