// How a vault registers at a rendezvous (docs/spec/storage-messages.md 4): what it signs, and what the
// rendezvous checks of it.
#pragma once

#include "node/protocol/vault_identity.hpp"
#include "routing/proofs/proof_checker.hpp"
#include "routing/rendezvous/inventory.hpp"

namespace catacomb::node {

using routing::ProofChecker;
using routing::ProofSource;
using routing::Task;

// What a vault says of itself.
struct Registration {
    VaultIdentity vault;
    std::uint32_t capacity_class = 0;
    crypto::Digest inventory_digest;
    unsigned inventory_bits = 0;  // of the ranges by which the inventory is compared
};

// One circuit to one relay: a registration cannot be moved to another of either.
struct RegistrationPlace {
    routing::NodeId relay;
    ByteArray<64> handshake_hash{};
};

wire::Register sign_registration(const Registration& registration, const RegistrationPlace& place,
                                 const crypto::SignKeyPair& key, const routing::NetworkParameters& network);

// What costs least first: what is known of its work, and of `from`, who answers for it; a signature; the
// work. Code::malformed for wrong fields, Code::corrupt when signature or work does not hold.
Task<Result<Registration>> check_registration(ProofChecker& proofs, ProofSource from, wire::Register request,
                                              RegistrationPlace place,
                                              const routing::NetworkParameters& network);

}  // namespace catacomb::node
