// A vault's signed word that it keeps a block (docs/spec/storage-messages.md 2), given after the commit and
// checked by exit and client. The signature is over (root, index, lease end) and the network id.
#pragma once

#include "node/protocol/block_name.hpp"
#include "node/protocol/vault_identity.hpp"
#include "routing/membership/view.hpp"
#include "routing/proofs/proof_checker.hpp"

namespace catacomb::node {

using routing::ProofChecker;
using routing::Runtime;
using routing::Task;

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
// Code::malformed or Code::corrupt unless it is a vault's word about exactly that block. The vault's work is
// not looked at.
Result<Acknowledged> read_acknowledgement(const wire::Acknowledgement& given, const storage::BlockId& block,
                                          const routing::NetworkParameters& network, Time now);
// The same, and the vault's work; Code::corrupt also when the lease ends before `lease_end`.
Task<Result<Acknowledged>> check_acknowledgement(ProofChecker& proofs, wire::Acknowledgement given,
                                                 storage::BlockId block, Time lease_end,
                                                 const routing::NetworkParameters& network);

// Whether `relay` is one of the first `within` that follow the vault's id, or the block's position: where the
// vault registers, and where the block belongs. Views differ, so `within` is more than the number in use; who
// makes up vaults of his own needs one that fits both for each block.
bool registers_at(const Acknowledged& given, const routing::NodeId& relay, const routing::View& view,
                  std::size_t within, Time now);
bool answers_for(const storage::BlockId& block, const routing::NodeId& relay, const routing::View& view,
                 std::size_t within, Time now);

}  // namespace catacomb::node
