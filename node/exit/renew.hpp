// Renew: extends the leases of blocks of many segments, none of whose bodies moves
// (docs/spec/storage-messages.md 2). The blocks go the way of their positions, each segment by itself as
// Gather says; what several segments have to ask one relay at a time goes in one request (RenewPost). Every
// vault's word is checked before it is passed on.
#pragma once

#include "node/exit/tools.hpp"
#include "node/protocol/asked.hpp"
#include "node/protocol/block_nonce.hpp"

namespace catacomb::node {

struct RenewRequest {
    static constexpr Kind kKind = Kind::exit_renew;

    std::vector<RenewalItem> items;  // one for each segment
    Time lease_end{};
    NonceSeed nonce_seed;
    Duration limit{};

    // Code::malformed.
    static Result<RenewRequest> decode(ByteView message);
    // What it makes an exit hold at most, in bytes.
    std::size_t memory() const;
    // Of one of the segments.
    Gather::Plan plan(std::size_t item, Time deadline) const;
};

Task<void> renew(ExitTools& tools, RenewRequest request, CircuitStreamPtr stream);

}  // namespace catacomb::node
