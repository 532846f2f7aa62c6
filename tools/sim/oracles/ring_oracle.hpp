// RingOracle: what must hold of a ring, seen from outside (Zave, "How to Make Chord Correct";
// docs/spec/ring.md 3). It is shown every live member's pointers and knows nothing else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "routing/identity.hpp"

namespace catacomb::sim {

struct RingMember {
    std::optional<routing::NodeId> predecessor;
    std::vector<routing::NodeId> successors;
};
using RingMembers = std::map<routing::NodeId, RingMember>;  // live members only

// Zave's invariant: (1) every member has a live entry in its list, (2) at least min(r + 1, N) members are
// principal: skipped by no member's extended list. And what follows from it: lists run clockwise without
// repetition, and there is one ordered ring. Returns the first violation in words, or an empty string.
std::string ring_violation(const RingMembers& members, std::size_t r);

// Every pointer is as an omniscient observer would set it.
bool ring_is_ideal(const RingMembers& members, std::size_t r);
// How many members have the right successor.
std::size_t right_successors(const RingMembers& members);

// The member that owns `target`. Requires: not empty.
routing::NodeId ring_owner(const RingMembers& members, const routing::RingId& target);

}  // namespace catacomb::sim
