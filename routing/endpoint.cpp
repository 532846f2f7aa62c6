#include "routing/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace catacomb::routing {
namespace {
constexpr ByteArray<12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

Endpoint Endpoint::v4(std::uint32_t host, std::uint16_t port) {
    Endpoint out;
    copy(out.address, kV4Prefix);
    for (int i = 0; i < 4; ++i) out.address[12 + i] = static_cast<std::uint8_t>(host >> (24 - 8 * i));
    out.port = port;
    return out;
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
    const auto bad = [&] {
        return error(Code::bad_input, "'" + std::string(text) +
                                          "' is not an address like 192.0.2.1:4000 or [2001:db8::1]:4000");
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad();
    std::string host(text.substr(0, colon));
    if (host.find('\0') != std::string::npos) return bad();
    const auto digits = text.substr(colon + 1);
    Endpoint out;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (failure != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return bad();
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        if (inet_pton(AF_INET6, host.c_str(), out.address.data()) != 1) return bad();
        return out;
    }
    copy(out.address, kV4Prefix);
    if (inet_pton(AF_INET, host.c_str(), out.address.data() + 12) != 1) return bad();
    return out;
}

std::string Endpoint::text() const {
    char host[INET6_ADDRSTRLEN];
    if (is_v4()) {
        inet_ntop(AF_INET, address.data() + 12, host, sizeof host);
        return std::string(host) + ":" + std::to_string(port);
    }
    inet_ntop(AF_INET6, address.data(), host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(port);
}

bool Endpoint::is_v4() const { return equal(ByteView(address).first(12), kV4Prefix); }

bool Endpoint::is_loopback() const {
    if (is_v4()) return address[12] == 127;
    return all_zero(ByteView(address).first(15)) && address[15] == 1;
}

bool Endpoint::is_special() const {
    if (is_loopback()) return true;
    if (is_v4()) {
        const auto a = address[12], b = address[13];
        return a == 0 || a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168) ||
               (a == 169 && b == 254) || (a == 100 && (b & 0xc0) == 64) || a >= 224;
    }
    const auto a = address[0], b = address[1];
    return all_zero(ByteView(address).first(15)) || (a & 0xfe) == 0xfc || (a == 0xfe && (b & 0xc0) == 0x80) ||
           a == 0xff;
}

std::uint64_t Endpoint::network_prefix() const {
    if (is_v4()) return std::uint64_t{address[12]} << 8 | address[13];
    return std::uint64_t{1} << 32 | std::uint64_t{address[0]} << 24 | std::uint64_t{address[1]} << 16 |
           std::uint64_t{address[2]} << 8 | address[3];
}

}  // namespace catacomb::routing
