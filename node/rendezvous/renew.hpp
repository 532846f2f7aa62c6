// RenewAtVaults: how a rendezvous serves RENEW (docs/spec/storage-messages.md 3, 4): asks the vaults that
// have the blocks, side by side, one list after the other each, and passes on what they signed. A word that
// does not hold it passes on to nobody; a vault that does not answer in time has renewed nothing.
#pragma once

#include "node/protocol/renewal.hpp"
#include "node/rendezvous/renew_lists.hpp"
#include "node/rendezvous/sessions.hpp"
#include "routing/rpc.hpp"

namespace catacomb::node {

class RenewAtVaults {
public:
    struct Parts {
        Runtime& runtime;
        ProofChecker& proofs;
        const routing::NetworkParameters& network;
        routing::NodeId self;
        Sessions& sessions;
    };
    explicit RenewAtVaults(Parts parts) : parts_(parts), tasks_(parts.runtime) {}

    // An exit asks.
    Task<Result<Bytes>> serve(routing::RpcPeer from, Bytes body);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Run;
    Task<void> ask_vault(std::shared_ptr<Run> run, VaultLists lists);
    // False: that vault is asked no further.
    Task<bool> ask(std::shared_ptr<Run> run, routing::RegisteredVault vault, RenewList list);
    Task<Result<wire::Renewed>> converse(std::uint64_t session, const RenewalAsked& asked, Time deadline);
    using Holders = std::map<storage::BlockId, std::vector<routing::RegisteredVault>>;
    // What was asked outlives both. Code::closed.
    Task<Result<Holders>> look_up(const RenewalAsked& asked);
    Task<Result<>> note_absent(const RenewalAsked& asked, wire::ManyRenewed& out);

    Parts parts_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
