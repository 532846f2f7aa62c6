// Identity: the secrets and proofs that make a node itself, kept in one file of its data directory (mode
// 0600, replaced atomically, docs/spec/identity.md 1). Losing it loses the vault's name; showing it to
// somebody gives the node away.
#pragma once

#include <filesystem>

#include "routing/network.hpp"
#include "routing/onion/guards.hpp"

namespace catacomb::node {

struct Identity {
    crypto::SignKeyPair relay_key, vault_key;
    crypto::AgreeKeyPair link_key, onion_key;
    crypto::Key256 convergence_secret;  // random per user: nobody can confirm what we inserted
    crypto::Pow relay_pow, vault_pow;
    std::uint32_t epoch = 0;        // of both proofs
    std::uint64_t incarnation = 0;  // grows at every start
    routing::GuardState::Saved guards;

    Bytes encode() const;
    // Code::corrupt unless it is exactly what encode() gave.
    static Result<Identity> decode(ByteView bytes);
};

// The identity of `data_dir`, made there at the first start; its proofs of work are renewed when their epoch
// is over (blocking: seconds to minutes at real difficulties). Code::corrupt or Code::io in words for the
// operator.
Result<Identity> open_identity(const std::filesystem::path& data_dir,
                               const routing::NetworkParameters& network, Time now, Rng& rng);
Result<> save_identity(const std::filesystem::path& data_dir, const Identity& identity);

}  // namespace catacomb::node
