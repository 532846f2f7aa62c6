// What a node starts with: everything that NodeCore does not make itself.
#pragma once

#include "node/circuits/paths.hpp"
#include "node/protocol/vault_identity.hpp"
#include "routing/link/limits.hpp"
#include "routing/membership/known_relays.hpp"
#include "routing/onion/onion_seed.hpp"
#include "routing/proofs/minting.hpp"
#include "routing/rendezvous/registry.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

struct RelayOptions {
    crypto::SignKeyPair key;
    routing::IdentityProofs proofs;
    crypto::AgreeKeyPair link_key;
    routing::OnionSeed onion_seed;
    routing::Endpoint listen;
    std::vector<routing::Endpoint> advertise;  // empty: the listen address
    std::uint32_t capacity_class = 4;
    std::uint64_t incarnation = 0;
    crypto::CipherSuite circuit_cipher = crypto::preferred_suite();
};

struct VaultOptions {
    crypto::SignKeyPair key;
    VaultIdentity identity;
    storage::BlockStore* store = nullptr;  // outlives the node
    std::uint32_t capacity_class = 4;
};

struct NodeOptions {
    routing::NetworkParameters network;
    std::vector<routing::Endpoint> bootstrap;
    routing::KnownRelays known_relays;         // from its last life
    std::vector<crypto::Digest> known_proofs;  // that held, likewise (KnownProofs::held)
    std::optional<RelayOptions> relay;         // none: dials out only
    std::optional<VaultOptions> vault;
    crypto::Key256 convergence_secret;
    std::string spool_directory;
    std::size_t jobs = 64;  // running at once
    std::uint64_t spool_limit = std::uint64_t{16} << 30;
    routing::LinkLimits link_limits;
    routing::CircuitLimits circuit_limits;
    routing::RegistryLimits registry_limits;
    routing::GuardState::Saved guards;
    std::size_t client_hops = kClientHops;  // fewer only where an audit must catch it
    std::size_t vault_hops = kVaultHops;
    std::vector<std::string> warnings;  // about this machine, for status
    // A ticket was renewed: whoever keeps the identity on a disk writes it down.
    std::function<void(routing::IdentityKind, const routing::IdentityProofs&)> on_ticket{};
    // The onion key of the epoch before is forgotten: from the disk, too.
    std::function<void(const routing::OnionSeed&)> on_onion_seed{};
};

}  // namespace catacomb::node
