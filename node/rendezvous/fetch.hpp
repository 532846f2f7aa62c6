// FetchFromVaults: how a rendezvous serves FETCH and HAVE (docs/spec/storage-messages.md 3, 4): asks the
// vaults that told of the block, one after the other, and waits a while for one that is known and away.
#pragma once

#include <set>

#include "node/rendezvous/sessions.hpp"
#include "routing/rpc.hpp"

namespace catacomb::node {

class FetchFromVaults {
public:
    FetchFromVaults(Runtime& runtime, Sessions& sessions) : runtime_(runtime), sessions_(sessions) {}

    // An exit asks.
    Task<Result<Bytes>> serve_fetch(routing::RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_have(Bytes body);

private:
    // From the vaults that are here and were not asked yet.
    Task<std::optional<Bytes>> ask_all(routing::RpcPeer from, storage::BlockId block,
                                       std::set<std::uint64_t>& asked, Time give_up);
    Task<Result<Bytes>> ask(std::uint64_t session, storage::BlockId block, Time deadline);

    Runtime& runtime_;
    Sessions& sessions_;
};

}  // namespace catacomb::node
