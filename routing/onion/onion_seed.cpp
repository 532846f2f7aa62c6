#include "routing/onion/onion_seed.hpp"

#include "base/check.hpp"
#include "crypto/hash.hpp"

namespace catacomb::routing {

OnionSeed OnionSeed::generate(std::uint32_t epoch, Rng& rng) {
    crypto::Key256 seed;
    rng.fill(seed.expose_mutable());
    return {epoch, std::move(seed)};
}

crypto::AgreeKeyPair OnionSeed::key_of(std::uint32_t epoch) const {
    auto at = clone();
    at.forget_before(epoch);
    CHECK(at.epoch_ == epoch);
    return crypto::AgreeKeyPair::from_secret(crypto::derive(crypto::label::kOnionKey, at.seed_));
}

void OnionSeed::forget_before(std::uint32_t epoch) {
    for (; epoch_ < epoch; ++epoch_) seed_ = crypto::derive(crypto::label::kOnionSeed, seed_);
}

}  // namespace catacomb::routing
