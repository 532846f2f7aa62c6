// BlockServer: what a vault does for its rendezvous (docs/spec/storage-messages.md 4): takes offers, renews
// leases, hands blocks out. It drives OfferTalk over streams, the store and the queues to it. What a read
// does not give leaves the inventory.
#pragma once

#include <functional>

#include "node/protocol/acknowledgement.hpp"
#include "node/protocol/renewal.hpp"
#include "node/vault/inventory.hpp"
#include "node/vault/offer_talk.hpp"
#include "node/vault/put_queue.hpp"
#include "node/vault/renew_queue.hpp"
#include "node/vault/renew_talk.hpp"
#include "routing/onion/streams.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;

class BlockServer {
public:
    struct Parts {
        Runtime& runtime;
        storage::BlockStore& store;
        const routing::NetworkParameters& network;
        const crypto::SignKeyPair& key;
        const VaultIdentity& identity;  // as it is when a word is given
        VaultInventory& inventory;
        std::function<void(const storage::BlockId&)> changed;  // came or went
        std::function<std::uint64_t()> share;                  // how many its relays can know of
    };
    explicit BlockServer(Parts parts);

    // A stream that a rendezvous opened.
    void serve(CircuitStreamPtr stream) { tasks_.spawn(serve_one(std::move(stream))); }
    Task<void> drained();
    // Logs it when the store's disk has filled up since the last look, or has room again.
    void look_at_disk();

private:
    Task<void> serve_one(CircuitStreamPtr stream);
    Task<void> serve_offer(CircuitStreamPtr stream, Bytes body);
    Task<void> serve_request(CircuitStreamPtr stream, Bytes body);
    Task<void> serve_renewal(CircuitStreamPtr stream, Bytes body);
    Task<void> withdraw_lost(const std::vector<storage::Renewal>& renewals,
                             const std::vector<Result<>>& done);
    Task<OfferTalk::Do> receive_body(CircuitStreamPtr stream, OfferTalk& talk);
    Task<OfferTalk::Do> put(OfferTalk& talk);
    OfferFacts facts(const wire::Offer& offer) const;
    wire::OfferAnswer answer(const OfferTalk& talk) const;
    // Verified; on any failure the block is vouched for no longer.
    // `for_reader`: somebody asked for it, which counts as a fetch.
    Task<Result<Bytes>> read(storage::BlockId block, bool for_reader);
    // It cannot be read: it is vouched for no longer.
    void withdraw(const storage::BlockId& block, const Error& why);

    Parts parts_;
    PutQueue puts_;
    RenewQueue renewals_;
    bool disk_was_full_ = false;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
