#include "base/rng.hpp"

#include "base/codec.hpp"

namespace catacomb {

std::uint64_t Rng::u64() {
    ByteArray<8> raw;
    fill(raw);
    return load_le(raw);
}

std::uint64_t Rng::below(std::uint64_t bound) {
    CHECK(bound > 0);
    // Rejects the incomplete last copy of [0, bound), so every value is equally likely.
    const std::uint64_t limit = bound * (UINT64_MAX / bound);
    for (;;) {
        const auto draw = u64();
        if (draw < limit) return draw % bound;
    }
}

double Rng::unit() { return static_cast<double>(u64() >> 11) * 0x1.0p-53; }

}  // namespace catacomb
