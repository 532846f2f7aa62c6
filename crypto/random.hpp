// The two sources of randomness: the operating system's (through libsodium), and a seed for simulations.
#pragma once

#include "base/rng.hpp"
#include "crypto/secret.hpp"

namespace catacomb::crypto {

// Must run once before anything else of this floor (sodium_init); idempotent, throws when it fails.
void initialise();

// randombytes_buf. split() gives another of the same.
class SystemRng final : public Rng {
public:
    void fill(MutableBytes out) override;
    std::unique_ptr<Rng> split(std::string_view label) const override;
};

// A deterministic stream: BLAKE3 in XOF mode over the seed, buffered. split(label) derives a new seed from
// (seed, label), independent of how much was drawn.
class SeededRng final : public Rng {
public:
    explicit SeededRng(std::uint64_t seed);
    explicit SeededRng(Key256 seed);
    void fill(MutableBytes out) override;
    std::unique_ptr<Rng> split(std::string_view label) const override;

private:
    void refill();
    Key256 seed_;
    std::uint64_t offset_ = 0;
    ByteArray<1024> buffer_{};
    std::size_t used_ = 1024;
};

}  // namespace catacomb::crypto
