// How a vault tells a rendezvous of its blocks (docs/spec/storage-messages.md 4), both sides: first the
// ranges in which the two differ, each whole; then what comes and goes. Pure.
#pragma once

#include <deque>
#include <set>

#include "node/protocol/messages.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::node {

// ---- the rendezvous' side

// What it answers to a registration: whether what it knows differs from what the vault named, and what it
// knows of each range.
wire::Registered registered_answer(const routing::Inventory& known, const wire::Register& request);
// Code::malformed over a maximum, for a range that is none, for prefixes that are not whole.
Result<routing::InventoryUpdate> read_inventory(const wire::Inventory& message, unsigned bits);

// ---- the vault's side

class InventoryTeller {
public:
    // `bits` of the ranges, as named in the registration; every change from then on is told here, too.
    explicit InventoryTeller(unsigned bits) : bits_(bits) {}

    // The rendezvous' answer. Code::malformed when it speaks of other ranges.
    Result<> answered(const wire::Registered& answer, const routing::Inventory& ours);
    // Came or went; what is told of it is how it is by then.
    void changed(routing::PositionPrefix prefix) { untold_.insert(prefix); }

    unsigned bits() const { return bits_; }
    bool has_more() const { return in_ranges() || !untold_.empty(); }
    // Whole ranges go first, without pause: until they are told, blocks are not found.
    bool in_ranges() const { return !ranges_.empty(); }
    // What to say next, and takes it for said.
    wire::Inventory next(const routing::Inventory& ours);

private:
    wire::Inventory next_ranges(const routing::Inventory& ours);
    wire::Inventory next_changes(const routing::Inventory& ours);

    unsigned bits_;
    std::deque<std::uint16_t> ranges_;
    std::set<routing::PositionPrefix> untold_;
};

}  // namespace catacomb::node
