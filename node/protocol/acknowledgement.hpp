// A vault's signed word that it keeps a block until a lease ends (docs/spec/storage-messages.md 5): given
// after the durable commit, of a block that was read or received whole; checked by rendezvous, exit and
// client. It names the nonce of whoever asked, which the vault keeps not: no word serves for another attempt.
#pragma once

#include "node/protocol/asked.hpp"
#include "node/protocol/vault_identity.hpp"
#include "routing/membership/view.hpp"
#include "routing/proofs/proof_checker.hpp"

namespace catacomb::node {

using routing::ProofChecker;
using routing::ProofSource;
using routing::Runtime;
using routing::Task;

inline constexpr std::uint32_t kAcknowledgementVersion = 2;

struct Acknowledged {
    VaultIdentity vault;
    std::uint8_t index = 0;
    wire::Acknowledgement::Kind kind = wire::Acknowledgement::STORED;
    std::uint32_t size = 0;
    Time lease_end{};            // granted
    routing::NodeId rendezvous;  // zero until the exit filled it in
    crypto::Signature signature;
};

// Code::malformed unless a word is of the version that we understand; the error names the other.
Result<> check_version(std::uint32_t version);

Acknowledged acknowledge(wire::Acknowledgement::Kind kind, const Asked& asked, Time granted,
                         const VaultIdentity& vault, const crypto::SignKeyPair& key,
                         const routing::NetworkParameters& network);
wire::Acknowledgement to_wire(const Acknowledged& given);
// Code::malformed when it is of another version or form, Code::corrupt unless it is a vault's word about
// exactly what was asked, for at least the shortest lease. The vault's work is not looked at.
Result<Acknowledged> read_acknowledgement(const wire::Acknowledgement& given, const Asked& asked,
                                          const routing::NetworkParameters& network, Time now);
// The same, and the vault's work, for which `from` answers; it has passed the word on.
Task<Result<Acknowledged>> check_acknowledgement(ProofChecker& proofs, ProofSource from,
                                                 wire::Acknowledgement given, Asked asked,
                                                 const routing::NetworkParameters& network);

// Whether `relay` is one of the first `within` that follow the vault's id, or the block's position: where the
// vault registers, and where the block belongs. Views differ, so `within` is more than the number in use; who
// makes up vaults of his own needs one that fits both for each block.
bool registers_at(const routing::VaultId& vault, const routing::NodeId& relay, const routing::View& view,
                  std::size_t within, Time now);
bool answers_for(const storage::BlockId& block, const routing::NodeId& relay, const routing::View& view,
                 std::size_t within, Time now);

}  // namespace catacomb::node
