// A vault's public identity, as it stands in messages (docs/spec/storage-messages.md 4), and the checking of
// the proofs of work that price identities: each costs an Argon2id once, on a worker.
#pragma once

#include <map>

#include "node/protocol/messages.hpp"
#include "routing/gate.hpp"
#include "routing/network.hpp"

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

// Fills a cache by way of a worker, one proof at a time, so that holds() finds what it is asked for.
class ProofChecker {
public:
    explicit ProofChecker(Runtime& runtime) : runtime_(runtime), free_(runtime) {}
    Task<void> look_into(std::string key, std::string pow, std::uint32_t epoch,
                         const routing::NetworkParameters& network);
    ProofCache& cache() { return cache_; }
    Runtime& runtime() { return runtime_; }

private:
    Runtime& runtime_;
    ProofCache cache_;
    bool busy_ = false;
    routing::Gate free_;
};

}  // namespace catacomb::node
