// Whether a vault's word or registration is looked at at all, before its signature is: what is known of the
// work that it shows, and of whoever brought it.
#pragma once

#include "node/protocol/vault_identity.hpp"
#include "routing/proofs/proof_checker.hpp"

namespace catacomb::node {

template <class Message>
Result<> admits(routing::ProofChecker& proofs, const routing::ProofSource& from, const Message& shown,
                const routing::NetworkParameters& network, Time now) {
    const auto vault = VaultIdentity::read(shown, network, now);
    if (!vault) return vault.error();
    return proofs.admits(from, vault->claims(network));
}

}  // namespace catacomb::node
