#include "tools/testnet/members.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/log.hpp"

namespace catacomb::testnet {
namespace {

struct Kind {
    Role role;
    const char* prefix;
    unsigned first_network;
    unsigned Shape::*count;
};
constexpr std::array kKinds{Kind{Role::relay, "node-", 10, &Shape::relays},
                            Kind{Role::client, "client-", 130, &Shape::clients},
                            Kind{Role::vault, "vault-", 190, &Shape::vaults}};

const Kind& kind_of(Role role) {
    return *std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.role == role; });
}

std::string bootstrap_list(const Member& member, unsigned relays, std::uint16_t port) {
    std::string out;
    for (unsigned i = 1; i <= std::min(kBootstraps, relays); ++i) {
        const Member peer{Role::relay, i};
        if (peer.name() == member.name()) continue;
        out += concat(out.empty() ? "" : ", ", '"', peer.address(), ":", port, '"');
    }
    return "[" + out + "]";
}

}  // namespace

std::string Member::name() const {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%02u", number);
    return kind_of(role).prefix + std::string(digits);
}

std::string Member::address() const { return concat("127.", kind_of(role).first_network + number, ".0.1"); }

Result<std::vector<Member>> members_of(const Shape& shape) {
    if (shape.relays == 0) return error(Code::bad_input, "a testnet needs at least one node");
    std::vector<Member> out;
    for (const auto& kind : kKinds) {
        if (shape.*kind.count > kMostMembers.*kind.count) {
            return error(Code::bad_input, concat("a testnet has room for ", kMostMembers.*kind.count,
                                                 " members named ", kind.prefix, "NN"));
        }
        for (unsigned i = 1; i <= shape.*kind.count; ++i) out.push_back({kind.role, i});
    }
    return out;
}

std::vector<Member> members_in(const std::filesystem::path& dir) {
    std::vector<Member> out;
    for (const auto& kind : kKinds) {
        for (unsigned i = 1; i <= kMostMembers.*kind.count; ++i) {
            const Member member{kind.role, i};
            if (std::filesystem::exists(dir / member.name() / "catacomb.toml")) out.push_back(member);
        }
    }
    return out;
}

Shape shape_of(const std::vector<Member>& members) {
    Shape out;
    for (const auto& member : members) ++(out.*kind_of(member.role).count);
    return out;
}

std::string config_text(const Member& member, unsigned relays, const Settings& settings) {
    std::string listen;
    if (member.role == Role::relay)
        listen = concat("listen = \"", member.address(), ":", settings.port, "\"\n");
    return concat("# A node of a local testnet, on which nothing is worth protecting.\n", listen,
                  "outgoing_address = \"", member.address(), ":0\"\n",
                  "bootstrap = ", bootstrap_list(member, relays, settings.port), "\n\n",
                  "[network]\nname = \"testnet\"\npow_prefilter_bits = 0\npow_difficulty_bits = 0\n"
                  "pow_memory = 8192\nallow_special_addresses = true\n\n",
                  "[vault]\nenabled = ", member.role == Role::client ? "false" : "true",
                  "\non_relay = true\nquota = \"", settings.quota, "\"\n");
}

}  // namespace catacomb::testnet
