// TCP streams and listeners over Asio, as the Runtime seam wants them: non-blocking calls that say busy, and
// one-shot readiness. Made by AsioRuntime; one thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "routing/runtime.hpp"

namespace catacomb::node {

boost::asio::ip::tcp::endpoint to_asio(const routing::Endpoint& endpoint);
routing::Endpoint from_asio(const boost::asio::ip::tcp::endpoint& endpoint);

// Takes a connected socket: no Nagle delay (frames are gathered above), BBR where the kernel offers it,
// buffers left to the kernel's autotuning.
routing::StreamPtr make_tcp_stream(boost::asio::ip::tcp::socket socket, const routing::Endpoint& remote);

// Whether this kernel lets us have BBR (net.ipv4.tcp_allowed_congestion_control; docs/operations.md).
bool offers_congestion_control();

// Takes a listening acceptor and starts to accept.
routing::ListenerPtr make_tcp_listener(boost::asio::ip::tcp::acceptor acceptor,
                                       std::function<void(routing::StreamPtr)> accepted);

}  // namespace catacomb::node
