#include "routing/proofs/claims.hpp"

namespace catacomb::routing {

WorkClaims claims_of(const crypto::VerifyKey& key, const RingId& id, const IdentityProofs& proofs,
                     const NetworkParameters& network) {
    return {WorkClaim{founding_subject(key), proofs.founding, network.pow},
            WorkClaim{ticket_subject(id, proofs.epoch), proofs.ticket, network.ticket}};
}

Result<DescriptorPtr> decode_descriptor(ByteView encoded, const NetworkParameters& network, Time now) {
    auto parsed = parse_descriptor(encoded, network);
    if (!parsed) return parsed.error();
    if (auto verified = verify_descriptor(*parsed, network, now); !verified) return verified.error();
    for (const auto& claim : claims_of(*parsed, network))
        if (auto worked = verify(claim); !worked) return worked.error();
    return std::make_shared<const Descriptor>(std::move(*parsed));
}

}  // namespace catacomb::routing
