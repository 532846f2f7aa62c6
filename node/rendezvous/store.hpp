// StoreAtVaults: how a rendezvous serves STORE (docs/spec/storage-messages.md 3, 4): offers the block to its
// vaults, one after the other as OfferOrder says, until one has acknowledged it. It passes no word on that it
// has not checked.
#pragma once

#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/vault_tag.hpp"
#include "node/rendezvous/sessions.hpp"
#include "routing/rpc.hpp"

namespace catacomb::node {

class StoreAtVaults {
public:
    struct Parts {
        Runtime& runtime;
        const routing::View& view;
        ProofChecker& proofs;
        const routing::NetworkParameters& network;
        routing::NodeId self;
        Sessions& sessions;
    };
    explicit StoreAtVaults(Parts parts) : parts_(parts) {}

    // An exit asks.
    Task<Result<Bytes>> serve(routing::RpcPeer from, Bytes body);

private:
    // What an exit wants stored, or kept for longer.
    struct Wanted {
        Asked asked;
        Bytes bytes;                  // empty: only the lease
        std::vector<VaultTag> avoid;  // vaults that whoever stores has seen fail
    };
    static Result<Wanted> read_request(const Bytes& body);
    std::vector<Candidate> candidates(const Wanted& wanted) const;
    using Word = std::optional<wire::Acknowledgement>;
    // nullopt: this vault will not take it; the next one is asked.
    Task<Word> offer(const OfferOrder::Offer& offer, const Wanted& wanted, OfferOrder& order);
    Task<Result<wire::OfferAnswer>> converse(CircuitStreamPtr stream, wire::Offer offered,
                                             const Wanted& wanted);
    Task<Word> take(const OfferOrder::Offer& offer, const Asked& asked, wire::OfferAnswer answer);

    Parts parts_;
};

}  // namespace catacomb::node
