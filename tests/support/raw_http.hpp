// RawHttp: a connection, TCP or Unix, to which a test writes whatever bytes it likes, well-formed or not.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <string>

namespace catacomb::tests {

class RawHttp {
public:
    explicit RawHttp(std::uint16_t port) : socket_(context_) {
        socket_.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    }
    explicit RawHttp(const std::filesystem::path& socket) : socket_(context_) {
        socket_.connect(boost::asio::local::stream_protocol::endpoint(socket.string()));
    }
    void send(std::string_view text) {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(text), ignored);
    }
    // As much of `text` as is taken now without waiting.
    std::size_t offer(std::string_view text) {
        socket_.non_blocking(true);
        boost::system::error_code failure;
        const auto n = socket_.write_some(boost::asio::buffer(text), failure);
        return failure ? 0 : n;
    }
    // Everything until the other side closes.
    std::string read_all() {
        std::string out;
        boost::system::error_code ignored;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(out), ignored);
        return out;
    }
    void close() { socket_.close(); }

private:
    boost::asio::io_context context_;
    boost::asio::generic::stream_protocol::socket socket_;
};

}  // namespace catacomb::tests
