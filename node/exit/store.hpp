// Store: a segment of a client's into the network (docs/spec/storage-messages.md 2). The client sends the
// data fragments; the parity is made here and the root must come out; every block goes to the relays that
// follow its position, all of them at once, and each vault's word is checked before it is passed on.
#pragma once

#include "node/exit/tools.hpp"
#include "node/protocol/block_nonce.hpp"
#include "node/protocol/vault_tag.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

struct StoreRequest {
    static constexpr Kind kKind = Kind::exit_store;

    storage::Root root;
    storage::Profile profile;
    storage::Commitment commitment;
    Bytes shares;  // n of them
    BlockMask want = 0;
    Time lease_end{};
    Duration limit{};
    NonceSeed nonce_seed;
    wire::Purpose purpose{};
    std::string stamp;
    std::vector<VaultTag> avoid;  // vaults that failed the client

    // Code::malformed.
    static Result<StoreRequest> decode(ByteView message);
    // What it makes an exit hold at most, in bytes.
    std::size_t memory() const;
    Gather::Plan plan(Time deadline, std::size_t bytes_at_once) const;
};

Task<void> store(ExitTools& tools, StoreRequest request, CircuitStreamPtr stream);

}  // namespace catacomb::node
