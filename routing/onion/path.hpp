// Path choice (docs/spec/onion.md 7): which relays a new circuit goes through. Distinct relays
// in distinct networks (/16 of IPv4, /32 of IPv6), never the node itself, the guards given; a
// guard is an exit only where there is no other. Pure: the caller brings the view and the
// randomness.
#pragma once

#include "routing/identity.hpp"

namespace catacomb::routing {

// A relay a path may use.
struct PathRelay {
    NodeId id;
    std::vector<std::uint64_t> prefixes;  // Endpoint::network_prefix of each of its addresses
    std::uint64_t weight = 1;             // how likely it is chosen as a guard, beside the others'
};

struct PathRequest {
    std::size_t hops = 3;
    NodeId self;
    // The first hop is the first of these that fits (GuardState::guards()); empty: any relay.
    std::vector<NodeId> guards;
    // The second hop is one of these (GuardState::second_guards()); empty: any relay.
    std::vector<NodeId> second_guards;
    std::optional<NodeId> last;      // the rendezvous, where the circuit must end
    std::vector<NodeId> avoid;       // relays that failed here lately
    std::vector<NodeId> avoid_last;  // no circuit ends there; they may be another hop
};

// The hops in order. Code::too_few_relays, with a message that names the counts, when no path fits.
// Requires: 1 <= hops <= kMaxHops; each id once in `relays`.
Result<std::vector<NodeId>> choose_path(const std::vector<PathRelay>& relays, const PathRequest& request,
                                        Rng& rng);

// True when the two have an address in one network.
bool share_network(const PathRelay& a, const PathRelay& b);

}  // namespace catacomb::routing
