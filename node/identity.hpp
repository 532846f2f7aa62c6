// Identity: the secrets and proofs that make a node itself, kept in one file of its data directory (mode
// 0600, replaced atomically, docs/spec/identity.md 1). Losing it loses the vault's name; showing it to
// somebody gives the node away. The file is written when what it keeps has changed and not at each start, so
// that a node whose disk is full starts and serves.
#pragma once

#include <filesystem>

#include "node/file_seal.hpp"
#include "routing/network.hpp"
#include "routing/onion/guards.hpp"
#include "routing/onion/onion_seed.hpp"

namespace catacomb::node {

struct Identity {
    crypto::SignKeyPair relay_key, vault_key;
    crypto::AgreeKeyPair link_key;
    routing::OnionSeed onion_seed;
    crypto::Key256 convergence_secret;  // random per user: nobody can confirm what we inserted
    routing::IdentityProofs relay_proofs, vault_proofs;  // zero until the node first is one
    std::uint64_t incarnation = 0;                       // grows at every start
    routing::GuardState::Saved guards;

    Bytes encode() const;
    // Code::corrupt unless it is exactly what encode() gave; Code::refused for a file of an earlier version.
    static Result<Identity> decode(ByteView bytes);
};

// What a node takes part as: what it needs proofs for.
struct Roles {
    bool relay = true, vault = true;
};

// The identity of `data_dir`, made there at the first start, with a founding proof and a ticket that counts
// for each role (blocking while they are made: seconds to minutes at real prices). Code::corrupt,
// Code::refused or Code::io in words for the operator. With a seal the file is sealed from now on; one that
// is sealed is opened with nothing else.
Result<Identity> open_identity(const std::filesystem::path& data_dir,
                               const routing::NetworkParameters& network, Time now, Rng& rng,
                               Roles roles = {}, FileSeal* seal = nullptr);
Result<> save_identity(const std::filesystem::path& data_dir, const Identity& identity, Rng& rng,
                       FileSeal* seal = nullptr);

}  // namespace catacomb::node
