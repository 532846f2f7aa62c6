// Fetch: the blocks of a segment for a client (docs/spec/storage-messages.md 2): some of those that would do,
// verified, each passed on as it comes.
#pragma once

#include "node/exit/tools.hpp"

namespace catacomb::node {

struct FetchRequest {
    static constexpr Kind kKind = Kind::exit_fetch;

    storage::Root root;
    storage::Profile profile;
    BlockMask want = 0;
    unsigned need = 0;  // 1 to k
    Duration limit{};

    // Code::malformed.
    static Result<FetchRequest> decode(ByteView message);
    // What it makes an exit hold at most, in bytes.
    std::size_t memory() const;
    Gather::Plan plan(Time now) const;
};

Task<void> fetch(ExitTools& tools, FetchRequest request, CircuitStreamPtr stream);

}  // namespace catacomb::node
