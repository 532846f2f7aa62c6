// A vault's public identity, as it stands in messages (docs/spec/storage-messages.md 4): its key and the
// proofs of work that price it. Pure; the work itself is checked by routing::ProofChecker.
#pragma once

#include "node/protocol/messages.hpp"
#include "routing/proofs/claims.hpp"

namespace catacomb::node {

struct VaultIdentity {
    crypto::VerifyKey key;
    routing::IdentityProofs proofs;

    routing::VaultId id() const { return routing::vault_id(key, proofs.founding); }
    routing::WorkClaims claims(const routing::NetworkParameters& network) const {
        return routing::claims_of(key, id(), proofs, network);
    }

    // Into and out of a Register or an Acknowledgement. Code::malformed for wrong lengths, Code::corrupt for
    // a ticket of another time.
    template <class Proto>
    void write(Proto& message) const {
        message.set_vault_key(proto_bytes(key));
        message.set_founding(proto_bytes(proofs.founding));
        message.set_ticket(proto_bytes(proofs.ticket));
        message.set_epoch(proofs.epoch);
    }
    template <class Proto>
    static Result<VaultIdentity> read(const Proto& message, const routing::NetworkParameters& network,
                                      Time now) {
        return read(message.vault_key(), message.founding(), message.ticket(), message.epoch(), network, now);
    }

private:
    static Result<VaultIdentity> read(const std::string& key, const std::string& founding,
                                      const std::string& ticket, std::uint32_t epoch,
                                      const routing::NetworkParameters& network, Time now);
};

}  // namespace catacomb::node
