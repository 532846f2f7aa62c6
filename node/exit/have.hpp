// Have: which blocks of a segment are there, as relays know from their vaults' inventories; nobody reads a
// block for it (docs/spec/storage-messages.md 2).
#pragma once

#include "node/exit/tools.hpp"

namespace catacomb::node {

struct HaveRequest {
    static constexpr Kind kKind = Kind::exit_have;

    storage::Root root;
    unsigned n = 0;
    Duration limit{};

    // Code::malformed.
    static Result<HaveRequest> decode(ByteView message);
    // What it makes an exit hold at most, in bytes.
    std::size_t memory() const;
    Gather::Plan plan(Time now) const;
};

Task<void> have(ExitTools& tools, HaveRequest request, CircuitStreamPtr stream);

}  // namespace catacomb::node
