// What all nodes of one network agree on (docs/spec/membership.md 5). Every field is hashed into the network
// id, and that into every handshake and signature, so two networks never mix: nodes with one differing
// parameter are of different networks.
#pragma once

#include <string>

#include "base/time.hpp"
#include "routing/identity.hpp"

namespace catacomb::routing {

inline constexpr std::uint32_t kProtocolVersion = 2;
// How far ahead of ours another node's clock may be.
inline constexpr Duration kMaxClockSkew = minutes(10);

struct NetworkParameters {
    std::string name = "catacomb";
    crypto::PowParameters pow;            // prices the founding of a relay's or a vault's identity
    crypto::PowParameters ticket;         // and each epoch of its life
    Duration pow_epoch = hours(24 * 30);  // how long one ticket counts; the one before still does
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
    // Trivial proofs of work, loopback addresses, many relays to a prefix.
    static NetworkParameters testnet(std::string name);

    // Epochs are equally long for all, and each id's begin at an offset of its own, drawn from the id:
    // renewals do not fall on one day.
    std::uint32_t epoch_of(const RingId& of, Time now) const;
    Time epoch_begins(const RingId& of, std::uint32_t epoch) const;
    // A ticket of `epoch` counts at `now`: it is of the id's current epoch or the one before.
    bool ticket_counts(const RingId& of, std::uint32_t epoch, Time now) const;
};

}  // namespace catacomb::routing
