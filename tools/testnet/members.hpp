// Members of a local network: which nodes there are, where each keeps its data, which address it uses, and
// its catacomb.toml. Pure but for members_in(), which looks at the directory; nothing else records the
// network's shape.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace catacomb::testnet {

enum class Role { relay, client, vault };  // relays host vaults here; the others only dial out

struct Member {
    Role role = Role::relay;
    unsigned number = 1;       // from 1, per role
    std::string name() const;  // "node-01", "client-01", "vault-01"
    // A /16 of its own, so that the rule about distinct networks is exercised: 127.(10+i).0.1 for relays.
    std::string address() const;
};

struct Shape {
    unsigned relays = 0, clients = 0, vaults = 0;
    bool operator==(const Shape&) const = default;
};
inline constexpr Shape kMostMembers{110, 50, 60};
inline constexpr unsigned kBootstraps = 3;

// Code::bad_input when there are no relays or too many of a kind.
Result<std::vector<Member>> members_of(const Shape& shape);
std::vector<Member> members_in(const std::filesystem::path& dir);
Shape shape_of(const std::vector<Member>& members);

// What all members share.
struct Settings {
    std::string quota = "2GiB";  // of each vault, as in catacomb.toml
    std::uint16_t port = 4000;   // of all relays; another for each testnet of one machine
};
// `relays`: how many there are.
std::string config_text(const Member& member, unsigned relays, const Settings& settings);

}  // namespace catacomb::testnet
