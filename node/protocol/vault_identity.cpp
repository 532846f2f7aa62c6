#include "node/protocol/vault_identity.hpp"

namespace catacomb::node {

Result<VaultIdentity> VaultIdentity::read(const std::string& key, const std::string& founding,
                                          const std::string& ticket, std::uint32_t epoch,
                                          const routing::NetworkParameters& network, Time now) {
    const auto public_key = crypto::VerifyKey::from(view(key));
    const auto founded = crypto::Pow::from(view(founding));
    const auto renewed = crypto::Pow::from(view(ticket));
    if (!public_key || !founded || !renewed) return error(Code::malformed);
    const VaultIdentity out{*public_key, {*founded, *renewed, epoch}};
    if (!network.ticket_counts(out.id(), epoch, now)) return error(Code::corrupt, "a ticket of another time");
    return out;
}

}  // namespace catacomb::node
