// OnionSeed: what a relay's onion keys are made of, one for each epoch of its identity
// (docs/spec/onion.md 2). The seed of an epoch gives its key and the seed of the next epoch, and is
// forgotten after it: a disk that is read later opens no circuit of before, and a backup that is restored
// makes the same keys again and cannot contradict what was published. Pure.
#pragma once

#include "crypto/agree.hpp"

namespace catacomb::routing {

class OnionSeed {
public:
    OnionSeed() = default;
    // `seed` is that of `epoch`.
    OnionSeed(std::uint32_t epoch, crypto::Key256 seed) : epoch_(epoch), seed_(std::move(seed)) {}
    static OnionSeed generate(std::uint32_t epoch, Rng& rng);
    OnionSeed clone() const { return {epoch_, seed_.clone()}; }

    // The oldest epoch whose key can still be made.
    std::uint32_t epoch() const { return epoch_; }
    // Requires: epoch() <= `epoch`. Takes a hash for each epoch between.
    crypto::AgreeKeyPair key_of(std::uint32_t epoch) const;
    // Those of `epoch` and after are all that can be made from now on.
    void forget_before(std::uint32_t epoch);

    const crypto::Key256& expose() const { return seed_; }  // of epoch(), to be kept on the disk

private:
    std::uint32_t epoch_ = 0;
    crypto::Key256 seed_;
};

}  // namespace catacomb::routing
