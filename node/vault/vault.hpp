// Vault: a pseudonymous store without an address (docs/spec/storage-messages.md 4). It stays registered,
// through 4-hop circuits of its own, at the four relays that follow its id on the ring, and answers STORE and
// FETCH that come down those circuits. It acknowledges a block only after the durable commit. It dials out
// and listens to nothing.
#pragma once

#include <set>

#include "node/circuits/paths.hpp"
#include "node/protocol/acknowledgement.hpp"
#include "node/vault/put_queue.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;

class Vault {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        Paths& paths;
        routing::NetworkParameters network;
        storage::BlockStore& store;
        crypto::SignKeyPair key;
        VaultIdentity identity;
        std::uint32_t capacity_class = 0;
    };
    explicit Vault(Parts parts);

    // Reads the inventory and begins to register.
    Result<> start();
    Task<void> drained();

    struct Status {
        std::size_t registrations = 0, wanted = 0;
        storage::Usage usage;
    };
    Status status() const;
    const routing::VaultId& id() const { return id_; }

private:
    // One rendezvous at which we are, or want to be, registered.
    struct Registration {
        routing::DescriptorPtr relay;
        CircuitPtr circuit;
        CircuitStreamPtr stream;
        bool wanted = true;
        bool registered = false;
    };
    using RegistrationPtr = std::shared_ptr<Registration>;

    Task<void> keep_targets();
    void choose_targets();
    void pass_over(const routing::NodeId& relay);
    Task<void> keep_registered(RegistrationPtr registration);
    Task<Result<>> register_once(RegistrationPtr registration);
    Task<Result<>> send_inventory(RegistrationPtr registration);
    Task<void> watch(RegistrationPtr registration);
    Bytes registration_request(const Registration& registration) const;

    void on_stream(CircuitStreamPtr stream);
    Task<void> serve(CircuitStreamPtr stream);
    Task<void> serve_offer(CircuitStreamPtr stream, Bytes body);
    Task<void> serve_request(CircuitStreamPtr stream, Bytes body);
    wire::OfferAnswer::Verdict judge(const wire::Offer& offer, const storage::BlockId& block) const;
    Task<Result<>> store(storage::BlockId block, Bytes bytes, Time lease_end);
    Task<Result<Bytes>> read(storage::BlockId block);
    void add_to_inventory(const storage::BlockId& block);
    void drop_from_inventory(const storage::BlockId& block);
    // Relays learn that a block came or went.
    void tell(routing::PositionPrefix prefix, bool here);
    Task<void> tell_all();
    Bytes next_update();

    Parts parts_;
    routing::VaultId id_;
    std::unique_ptr<Rng> rng_;
    PutQueue puts_;
    std::map<routing::NodeId, RegistrationPtr> registrations_;
    std::map<routing::NodeId, Time> away_until_;  // relays that we could not reach
    std::set<routing::PositionPrefix> inventory_;
    std::map<routing::PositionPrefix, bool> untold_;  // changes of the inventory: whether it is here now
    bool telling_ = false;
    std::map<std::uint64_t, unsigned> roots_;  // first 8 bytes of a root -> how many of its blocks are here
    routing::Gate changed_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
