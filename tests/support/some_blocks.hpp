// Blocks of a small segment, for tests that need bytes which a root vouches for.
#pragma once

#include "crypto/random.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::tests {

// 8 of 32 blocks of the smallest class, another segment for each seed.
inline storage::SegmentBlocks some_segment(std::uint64_t seed) {
    crypto::SeededRng rng(seed);
    Bytes content(1000);
    rng.fill(content);
    crypto::Key256 key, secret;
    rng.fill(key.expose_mutable());
    rng.fill(secret.expose_mutable());
    const auto profile = storage::to_profile(8, 32, 0).value();
    return storage::SealedStripe::seal(crypto::label::kLeafKey, key, std::move(secret), profile, content)
        .disperse();
}

}  // namespace catacomb::tests
