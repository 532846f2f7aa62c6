// What an identity claims to have worked: its founding proof and its ticket, each with what it is work on and
// what it must have cost. Pure. Everything that checks work takes claims: relays' descriptors, vaults'
// registrations and acknowledgements.
#pragma once

#include <array>

#include "routing/descriptor.hpp"

namespace catacomb::routing {

struct WorkClaim {
    crypto::Digest subject;
    crypto::Pow pow;
    crypto::PowParameters price;

    // H(pow known, subject, proof): what is remembered of it.
    crypto::Digest name() const { return crypto::hash(crypto::label::kPowKnown, subject, pow); }
    bool plausible() const { return crypto::pow_plausible(subject, pow, price); }
};
using WorkClaims = std::array<WorkClaim, 2>;

WorkClaims claims_of(const crypto::VerifyKey& key, const RingId& id, const IdentityProofs& proofs,
                     const NetworkParameters& network);
inline WorkClaims claims_of(const Descriptor& relay, const NetworkParameters& network) {
    return claims_of(relay.key, relay.id, relay.proofs, network);
}

// Up to one Argon2id. Code::corrupt when it does not hold; another code when that could not be told.
inline Result<> verify(const WorkClaim& claim) {
    return crypto::pow_verify(claim.subject, claim.pow, claim.price);
}

// All that there is to check of a descriptor at once: parse_descriptor, verify_descriptor, and the work.
// Blocking.
Result<DescriptorPtr> decode_descriptor(ByteView encoded, const NetworkParameters& network, Time now);

}  // namespace catacomb::routing
