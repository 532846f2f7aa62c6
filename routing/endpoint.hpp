// Endpoint: an IPv4 or IPv6 address and a TCP port, as 16 + 2 bytes (IPv4 is kept v4-mapped).
#pragma once

#include <compare>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace catacomb::routing {

struct Endpoint {
    ByteArray<16> address{};
    std::uint16_t port = 0;

    constexpr auto operator<=>(const Endpoint&) const = default;

    static Endpoint v4(std::uint32_t host_order_address, std::uint16_t port);
    // "127.10.0.1:4000" or "[2001:db8::1]:4000". Code::bad_input otherwise.
    static Result<Endpoint> parse(std::string_view text);
    std::string text() const;

    bool is_v4() const;
    bool is_loopback() const;
    // None at which the public could reach a relay: what IANA's registries name as special (loopback,
    // private, link-local, documentation and so on), multicast, what is not given out, and what stands for
    // another address (NAT64, 6to4, Teredo). Never dialled outside testnets.
    bool is_special() const;
    // What "the same network" means to path selection: the /16 of IPv4, the /32 of IPv6.
    std::uint64_t network_prefix() const;
};

}  // namespace catacomb::routing
