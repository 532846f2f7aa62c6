// Rng: where randomness comes from. Production uses the operating system's generator, a simulation a seed
// (crypto/random.hpp). Every consumer takes a stream of its own by split(), so that one more draw in one
// place does not shift the others. No std distributions: their algorithms are unspecified.
#pragma once

#include <memory>
#include <utility>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace catacomb {

class Rng {
public:
    virtual ~Rng() = default;
    virtual void fill(MutableBytes out) = 0;
    // An independent stream. The same label of the same seeded parent gives the same stream.
    virtual std::unique_ptr<Rng> split(std::string_view label) const = 0;

    std::uint64_t u64();
    std::uint32_t u32() { return static_cast<std::uint32_t>(u64()); }
    // Uniform in [0, bound). Requires: bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [low, high]. Requires: low <= high.
    std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
    // Uniform in [0, 1), 53 bits.
    double unit();
    bool chance(double probability) { return unit() < probability; }

    template <class T>
    T opaque() {
        T out;
        fill(out.bytes);
        return out;
    }
    template <class Container>
    void shuffle(Container& items) {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }
    // Requires: not empty.
    template <class Container>
    auto& pick(Container& items) {
        CHECK(!items.empty());
        return items[below(items.size())];
    }
};

}  // namespace catacomb
