#include "routing/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace catacomb::routing {
namespace {
constexpr ByteArray<12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Range {
    ByteArray<6> front;
    unsigned bits;

    bool holds(ByteView address) const {
        const auto whole = bits / 8;
        const auto rest = static_cast<std::uint8_t>(0xff00u >> (bits % 8));
        return equal(address.first(whole), ByteView(front).first(whole)) &&
               (rest == 0 || (address[whole] & rest) == front[whole]);
    }
};

// The special-purpose registry of IPv4 (RFC 6890 and what was added), whole blocks, and multicast. Some
// within are reached from everywhere (AS112, AMT): by none that is a relay.
constexpr std::array kSpecialV4{
    Range{{0}, 8},              // this network
    Range{{10}, 8},             // private
    Range{{100, 64}, 10},       // shared by customers of a carrier
    Range{{127}, 8},            // loopback
    Range{{169, 254}, 16},      // link-local
    Range{{172, 16}, 12},       // private
    Range{{192, 0, 0}, 24},     // protocol assignments
    Range{{192, 0, 2}, 24},     // documentation
    Range{{192, 31, 196}, 24},  // AS112
    Range{{192, 52, 193}, 24},  // AMT
    Range{{192, 88, 99}, 24},   // relays of 6to4
    Range{{192, 168}, 16},      // private
    Range{{192, 175, 48}, 24},  // AS112
    Range{{198, 18}, 15},       // benchmarks
    Range{{198, 51, 100}, 24},  // documentation
    Range{{203, 0, 113}, 24},   // documentation
    Range{{224}, 4},            // multicast
    Range{{240}, 4},            // reserved, and broadcast
};

// Of what IANA gives out as unicast. An address that stands for one of IPv4 is special whatever that is: by
// it a network would count as two, and one of IPv4 that is special would be dialled.
constexpr Range kUnicastV6{{0x20}, 3};
constexpr std::array kSpecialV6{
    Range{{0x20, 0x01, 0x00}, 23},                    // protocol assignments: Teredo, ORCHID, benchmarks
    Range{{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    Range{{0x20, 0x02}, 16},                          // 6to4
    Range{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    Range{{0x3f, 0xff, 0x00}, 20},                    // documentation
};

bool any_holds(std::span<const Range> ranges, ByteView address) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) { return range.holds(address); });
}

}  // namespace

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
    if (is_v4()) return any_holds(kSpecialV4, ByteView(address).last(4));
    return !kUnicastV6.holds(address) || any_holds(kSpecialV6, address);
}

std::uint64_t Endpoint::network_prefix() const {
    if (is_v4()) return std::uint64_t{address[12]} << 8 | address[13];
    return std::uint64_t{1} << 32 | std::uint64_t{address[0]} << 24 | std::uint64_t{address[1]} << 16 |
           std::uint64_t{address[2]} << 8 | address[3];
}

}  // namespace catacomb::routing
