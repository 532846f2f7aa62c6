#include "routing/proofs/minting.hpp"

namespace catacomb::routing {

Result<IdentityProofs> make_proofs(IdentityKind kind, const crypto::VerifyKey& key,
                                   const NetworkParameters& network, Time now, Rng& rng) {
    auto founding = crypto::pow_mint(founding_subject(key), network.pow, rng);
    if (!founding) return founding.error();
    IdentityProofs out{*founding, {}, 0};
    if (auto renewed = renew_ticket(out, id_of(kind, key, *founding), network, now, rng); !renewed)
        return renewed.error();
    return out;
}

Result<> renew_ticket(IdentityProofs& proofs, const RingId& id, const NetworkParameters& network, Time now,
                      Rng& rng) {
    const auto epoch = network.epoch_of(id, now);
    auto ticket = crypto::pow_mint(ticket_subject(id, epoch), network.ticket, rng);
    if (!ticket) return ticket.error();
    proofs.ticket = *ticket;
    proofs.epoch = epoch;
    return ok();
}

}  // namespace catacomb::routing
