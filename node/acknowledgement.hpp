// A vault's signed word that it keeps a block (3-network.md 3.6): given after the durable commit, checked by
// exit and client. The signature is over (root, index, lease end) under its own label and the network id.
#pragma once

#include <map>

#include "node/block_request.hpp"
#include "routing/gate.hpp"
#include "routing/membership/view.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;

// What became of the proofs of work that were checked lately: each costs an Argon2id once, not once for each
// block that its vault takes, or each time that a liar shows it.
class ProofCache {
public:
    bool knows(const crypto::Digest& name) const { return known_.count(name) > 0; }
    void remember(const crypto::Digest& name, bool holds);
    // Checks what is not known: up to an Argon2id.
    bool holds(const crypto::VerifyKey& key, std::uint32_t epoch, const crypto::Pow& pow,
               const crypto::PowParameters& parameters);

private:
    std::map<crypto::Digest, bool> known_;
};

// A vault's public identity, as it stands in messages.
struct VaultIdentity {
    crypto::VerifyKey key;
    crypto::Pow pow;
    std::uint32_t epoch = 0;

    routing::VaultId id() const { return routing::vault_id(key, pow); }
    // Code::malformed for wrong lengths, Code::corrupt when the proof of work does not hold or is of another
    // time.
    static Result<VaultIdentity> decode(const std::string& key, const std::string& pow, std::uint32_t epoch,
                                        const routing::NetworkParameters& network, Time now,
                                        ProofCache& proofs);
};

struct Acknowledged {
    VaultIdentity vault;
    std::uint8_t index = 0;
    Time lease_end{};
    routing::NodeId rendezvous;  // zero until the exit filled it in
    crypto::Signature signature;
};

Acknowledged acknowledge(const storage::BlockId& block, Time lease_end, const VaultIdentity& vault,
                         const crypto::SignKeyPair& key, const routing::NetworkParameters& network);
wire::Acknowledgement to_wire(const Acknowledged& given);
// Code::malformed or Code::corrupt unless it is a vault's word about exactly that block.
Result<Acknowledged> check_acknowledgement(const wire::Acknowledgement& given, const storage::BlockId& block,
                                           const routing::NetworkParameters& network, Time now,
                                           ProofCache& proofs);
// Fills a cache by way of a worker, one proof at a time, so that holds() finds what it is asked for.
class ProofChecker {
public:
    explicit ProofChecker(Runtime& runtime) : runtime_(runtime), free_(runtime) {}
    Task<void> look_into(std::string key, std::string pow, std::uint32_t epoch,
                         const routing::NetworkParameters& network);
    // check_acknowledgement, after a look into the vault's proof of work; Code::corrupt also when the lease
    // ends before `lease_end`.
    Task<Result<Acknowledged>> check(wire::Acknowledgement given, storage::BlockId block, Time lease_end,
                                     const routing::NetworkParameters& network);
    ProofCache& cache() { return cache_; }

private:
    Runtime& runtime_;
    ProofCache cache_;
    bool busy_ = false;
    routing::Gate free_;
};

// Whether `relay` is one of the first `within` that follow the vault's id, or the block's position: where the
// vault registers, and where the block belongs. Views differ, so `within` is more than the number in use; who
// makes up vaults of his own needs one that fits both for each block.
bool registers_at(const Acknowledged& given, const routing::NodeId& relay, const routing::View& view,
                  std::size_t within, Time now);
bool answers_for(const storage::BlockId& block, const routing::NodeId& relay, const routing::View& view,
                 std::size_t within, Time now);

}  // namespace catacomb::node
