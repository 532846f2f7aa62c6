// A vault's word about many blocks at once (docs/spec/storage-messages.md 5): which of them it has, read and
// verified, and keeps until a lease ends. One message asks, one durable step extends, one signature answers.
#pragma once

#include "node/protocol/asked.hpp"
#include "node/protocol/vault_identity.hpp"

namespace catacomb::node {

struct Renewed {
    VaultIdentity vault;
    std::vector<BlockMask> masks;  // of each item, in order: what was renewed
    Time lease_end{};              // granted
};

wire::VaultRenewed sign_renewal(const RenewalAsked& asked, const Renewed& renewed,
                                const crypto::SignKeyPair& key, const routing::NetworkParameters& network);
// As read_acknowledgement: Code::malformed for another version or form, Code::corrupt unless it is a vault's
// word about what was asked, for at least the shortest lease.
Result<Renewed> read_renewed(const wire::VaultRenewed& given, const RenewalAsked& asked,
                             const routing::NetworkParameters& network, Time now);

}  // namespace catacomb::node
