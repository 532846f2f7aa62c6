// FetchFromVaults: how a rendezvous serves FETCH and HAVE (docs/spec/storage-messages.md 3, 4): asks the
// vaults that told of the block, as Hedge says, and waits a while for one that is known and away.
#pragma once

#include <set>

#include "node/protocol/patience.hpp"
#include "node/rendezvous/hedge.hpp"
#include "node/rendezvous/sessions.hpp"
#include "routing/rpc.hpp"

namespace catacomb::node {

class FetchFromVaults {
public:
    FetchFromVaults(Runtime& runtime, Sessions& sessions);

    // An exit asks.
    Task<Result<Bytes>> serve_fetch(routing::RpcPeer from, Bytes body);
    Task<Result<Bytes>> serve_have(Bytes body);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Run;
    // From the vaults that are here and were not asked yet.
    Task<std::optional<Bytes>> ask_all(routing::RpcPeer from, storage::BlockId block,
                                       std::set<std::uint64_t>& asked, Time give_up);
    Task<void> ask_one(std::shared_ptr<Run> run, std::uint64_t session, storage::BlockId block,
                       Time deadline);
    Task<Result<Bytes>> ask(std::uint64_t session, storage::BlockId block, Time deadline);

    Runtime& runtime_;
    Sessions& sessions_;
    Patience patience_;  // with vaults, as they answer here
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
