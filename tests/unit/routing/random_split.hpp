// Keys such as a handshake leaves both ends, from a seed.
#pragma once

#include "base/rng.hpp"
#include "crypto/noise.hpp"

namespace catacomb::routing {

inline crypto::NoiseSplit random_split(Rng& rng) {
    crypto::NoiseSplit split;
    rng.fill(split.initiator_to_responder.expose_mutable());
    rng.fill(split.responder_to_initiator.expose_mutable());
    rng.fill(split.handshake_hash);
    return split;
}

}  // namespace catacomb::routing
