// What all nodes of one network agree on (docs/spec/membership.md 5). Every field is hashed into the network
// id, and that into every handshake and signature, so two networks never mix: nodes with one differing
// parameter are of different networks.
#pragma once

#include <string>

#include "base/time.hpp"
#include "routing/identity.hpp"

namespace catacomb::routing {

inline constexpr std::uint32_t kProtocolVersion = 1;

struct NetworkParameters {
    std::string name = "catacomb";
    crypto::PowParameters pow;            // prices a relay's and a vault's identity (docs/spec/README.md)
    Duration pow_epoch = hours(24 * 30);  // how long one proof of work counts; the one before still does
    Duration descriptor_lifetime = hours(24);
    bool allow_special_addresses = false;   // loopback and private ranges: testnets only
    std::uint32_t successors = 20;          // r, the length of a successor list
    std::uint32_t registrations = 4;        // relays a vault registers at
    std::uint32_t view_cap = 16384;         // relays a view holds
    std::uint32_t relays_per_prefix = 16;   // of one /16 (IPv6: /32) in a view
    std::uint32_t warn_below_relays = 20;   // status warns that anonymity is weak
    std::uint32_t refuse_below_relays = 0;  // insert, get and check refuse; 0: never for that

    NetworkId id{};  // filled in by with_id()

    NetworkParameters with_id() const;
    // Trivial proof of work, loopback addresses, many relays to a prefix.
    static NetworkParameters testnet(std::string name);

    std::uint32_t epoch_at(Time now) const;
};

}  // namespace catacomb::routing
