// A vault's signed word that it keeps a block (3-network.md 3.6): given after the durable commit, checked by
// exit and client. The signature is over (root, index, lease end) under its own label and the network id.
#pragma once

#include <set>

#include "node/block_request.hpp"
#include "routing/membership/view.hpp"

namespace catacomb::node {

// The proofs of work that held lately: each costs an Argon2id once, not once for each block that its vault
// takes.
class ProofCache {
public:
    bool holds(const crypto::VerifyKey& key, std::uint32_t epoch, const crypto::Pow& pow,
               const crypto::PowParameters& parameters);

private:
    std::set<crypto::Digest> held_;
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
// Whether the vault registers at that relay, as far as the view tells: whoever made up vault keys of his own
// would need one for each arc. Views differ a little: one relay more than register is let through, and a
// suspect is taken at the other's word.
bool on_arc(const Acknowledged& given, const routing::NodeId& relay, const routing::View& view, Time now);

}  // namespace catacomb::node
