// A vault's word about many blocks at once (docs/spec/storage-messages.md 5): which of them it has, read and
// verified, and keeps until a lease ends. One message asks, one durable step extends, one signature answers.
#pragma once

#include "node/protocol/acknowledgement.hpp"

namespace catacomb::node {

struct Renewed {
    VaultIdentity vault;
    std::vector<BlockMask> masks;  // of each item, in order: what was renewed
    Time lease_end{};              // granted
};

wire::Renewed sign_renewal(const RenewalAsked& asked, const Renewed& renewed, const crypto::SignKeyPair& key,
                           const routing::NetworkParameters& network);
// The word alone, as it is passed on: what somebody added in fields that we do not know stays behind.
wire::Renewed without_additions(const wire::Renewed& given);
// As read_acknowledgement: Code::malformed for another version or form, Code::corrupt unless it is a vault's
// word about what was asked, for at least the shortest lease.
Result<Renewed> read_renewed(const wire::Renewed& given, const RenewalAsked& asked,
                             const routing::NetworkParameters& network, Time now);

// What a word that was passed on was asked for: the items that it numbers, under the vault's own nonce.
// `of_relay`: all that may have been asked of its rendezvous. Code::malformed unless it numbers some of them,
// in ascending order.
Result<RenewalAsked> asked_of_vault(const wire::Renewed& given, const RenewalAsked& of_relay,
                                    const routing::NetworkParameters& network, Time now);
// read_renewed, and the vault's work, for which `from` answers.
Task<Result<Renewed>> check_renewed(ProofChecker& proofs, ProofSource from, wire::Renewed given,
                                    RenewalAsked asked, const routing::NetworkParameters& network);

}  // namespace catacomb::node
