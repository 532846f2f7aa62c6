#include "tools/sim/oracles/ring_oracle.hpp"

#include <algorithm>
#include <set>

#include "base/check.hpp"
#include "routing/ring/id.hpp"

namespace catacomb::sim {
namespace {

using routing::NodeId;

std::optional<NodeId> first_live(const RingMembers& members, const RingMember& of) {
    for (const auto& id : of.successors)
        if (members.contains(id)) return id;
    return std::nullopt;
}

RingMembers::const_iterator following(const RingMembers& members, RingMembers::const_iterator it) {
    return ++it == members.end() ? members.begin() : it;
}

// Calls `see` with every member strictly between the two.
template <class See>
void for_each_between(const RingMembers& members, const NodeId& from, const NodeId& to, See see) {
    auto it = members.upper_bound(from);
    for (std::size_t i = 0; i < members.size(); ++i, ++it) {
        if (it == members.end()) it = members.begin();
        if (!routing::in_open_arc(from, it->first, to)) return;
        see(it->first);
    }
}

// Whoever lies strictly inside a gap of somebody's extended list (itself, then its list) is skipped by it.
std::set<NodeId> principals(const RingMembers& members) {
    std::set<NodeId> out;
    for (const auto& entry : members) out.insert(entry.first);
    for (const auto& [id, member] : members) {
        auto from = id;
        for (const auto& to : member.successors) {
            for_each_between(members, from, to, [&](const NodeId& skipped) { out.erase(skipped); });
            from = to;
        }
    }
    return out;
}

std::string disorder(const NodeId& id, const RingMember& member) {
    for (std::size_t i = 0; i < member.successors.size(); ++i) {
        const auto& here = member.successors[i];
        if (here == id) return id.brief() + " is on its own list";
        if (i > 0 && routing::distance(id, here) <= routing::distance(id, member.successors[i - 1]))
            return id.brief() + "'s list does not run clockwise";
    }
    return {};
}

// From the first principal along first live successors: once round, meeting every principal, back to the
// start.
std::string not_one_ring(const RingMembers& members, const std::set<NodeId>& principal) {
    const auto start = *principal.begin();
    auto here = start;
    std::size_t met = 0;
    routing::RingId walked;
    for (std::size_t steps = 0; steps <= members.size(); ++steps) {
        met += principal.contains(here);
        const auto next = first_live(members, members.at(here));
        CHECK(next);
        if (*next == start) return met == principal.size() ? "" : "a principal member is not on the ring";
        const auto so_far = routing::distance(start, *next);
        if (so_far <= walked) return "the ring goes round more than once";
        walked = so_far;
        here = *next;
    }
    return "the ring does not close";
}

}  // namespace

std::string ring_violation(const RingMembers& members, std::size_t r) {
    if (members.size() <= 1) return {};
    for (const auto& [id, member] : members) {
        if (auto words = disorder(id, member); !words.empty()) return words;
        if (!first_live(members, member)) return id.brief() + " has no live entry in its list";
    }
    const auto principal = principals(members);
    if (principal.size() < std::min(r + 1, members.size()))
        return "only " + std::to_string(principal.size()) + " principal members";
    return not_one_ring(members, principal);
}

bool ring_is_ideal(const RingMembers& members, std::size_t r) {
    for (auto it = members.begin(); it != members.end(); ++it) {
        const auto want = std::min(r, members.size() - 1);
        if (it->second.successors.size() != want) return false;
        auto next = it;
        for (const auto& id : it->second.successors)
            if ((next = following(members, next))->first != id) return false;
        const auto& after = following(members, it)->second.predecessor;
        if (want > 0 && after != it->first) return false;
    }
    return true;
}

std::size_t right_successors(const RingMembers& members) {
    std::size_t out = 0;
    for (auto it = members.begin(); it != members.end(); ++it) {
        const auto& list = it->second.successors;
        out += !list.empty() && list.front() == following(members, it)->first;
    }
    return out;
}

NodeId ring_owner(const RingMembers& members, const routing::RingId& target) {
    CHECK(!members.empty());
    const auto it = members.lower_bound(target);
    return it == members.end() ? members.begin()->first : it->first;
}

}  // namespace catacomb::sim
