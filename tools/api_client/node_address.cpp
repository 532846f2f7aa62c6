#include "tools/api_client/node_address.hpp"

#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <charconv>
#include <fstream>

#include "base/log.hpp"
#include "node/api/private_files.hpp"

namespace catacomb::cli {
namespace fs = std::filesystem;
namespace {

std::string first_line(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

// 0 for what is no port number.
std::uint16_t port_in(const fs::path& file) {
    const auto text = first_line(file);
    std::uint16_t port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

Error not_allowed(const fs::path& file) {
    return error(Code::refused,
                 concat("cannot use ", file.string(), ": only the user who runs the node can use it"));
}

// Why `file`, which a running node writes, says nothing.
Error unreadable(const fs::path& file) {
    if (::access(file.c_str(), R_OK) != 0 && errno == EACCES) return not_allowed(file);
    return error(Code::io, concat(file.string(), " is missing or empty; start the node again"));
}

}  // namespace

Result<NodeAddress> NodeAddress::find(fs::path data_dir) {
    NodeAddress out(std::move(data_dir));
    const auto socket = out.data_dir_ / node::api::kSocketFile;
    if (::access(socket.c_str(), F_OK) == 0) {
        auto local = node::api::LocalAddress::of(socket);
        if (!local) return local.error();
        out.local_.emplace(std::move(*local));
        return out;
    }
    if (errno == EACCES) return not_allowed(socket);
    // In this order: a starting node removes an old port file before it writes a new token, so a valid token
    // is never sent to whoever holds the old port now.
    const auto token_file = out.data_dir_ / node::api::kTokenFile;
    const auto port_file = out.data_dir_ / node::api::kPortFile;
    out.token_ = first_line(token_file);
    out.port_ = port_in(port_file);
    std::error_code ignored;
    if (out.port_ == 0) return fs::exists(port_file, ignored) ? unreadable(port_file) : out.not_running();
    if (out.token_.empty()) return unreadable(token_file);
    return out;
}

NodeAddress::Endpoint NodeAddress::endpoint() const {
    if (local_) return local_->endpoint();
    return boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port_);
}

Error NodeAddress::not_running() const {
    return error(Code::unreachable,
                 concat("no node is running with the data directory ", data_dir_.string(),
                        "; start one with: catacomb --data-dir ", data_dir_.string(), " node"));
}

Error NodeAddress::is_another() const {
    return error(Code::unreachable, concat("what listens on port ", port_, " is not the node of ",
                                           data_dir_.string(), "; ", not_running().message));
}

Error NodeAddress::is_silent() const {
    return error(
        Code::timed_out,
        concat("the node of ", data_dir_.string(),
               " took the connection and does not answer: it hangs, or was stopped; look at its log, "
               "or end it and start it again"));
}

Error NodeAddress::not_reached(const boost::system::error_code& why) const {
    if (why == boost::system::errc::permission_denied) {
        return not_allowed(data_dir_ / node::api::kSocketFile);
    }
    return not_running();
}

}  // namespace catacomb::cli
