#include "tools/sim/oracles/needles.hpp"

#include "base/check.hpp"

namespace catacomb::sim {
namespace {

std::uint64_t window(const std::uint8_t* at) {
    std::uint64_t out;
    std::memcpy(&out, at, sizeof out);
    return out;
}

// The top bits of a product with an odd constant (Fibonacci hashing).
std::uint64_t spread(std::uint64_t front, unsigned bits) {
    return (front * 0x9e3779b97f4a7c15u) >> (64 - bits);
}

}  // namespace

void Needles::add(ByteView needle, Name name) {
    CHECK(needle.size() >= kShortest);
    const auto front = window(needle.data());
    const auto slot = spread(front, kFilterBits);
    filter_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    by_front_[front].push_back({to_bytes(needle), name});
    ++count_;
}

std::vector<Needles::Name> Needles::find(ByteView hay) const {
    std::vector<Name> out;
    for (std::size_t i = 0; i + kShortest <= hay.size(); ++i) {
        const auto front = window(hay.data() + i);
        const auto slot = spread(front, kFilterBits);
        if (!(filter_[slot / 64] >> (slot % 64) & 1)) continue;
        const auto found = by_front_.find(front);
        if (found == by_front_.end()) continue;
        for (const auto& needle : found->second) {
            const auto rest = hay.subspan(i);
            if (rest.size() >= needle.bytes.size() && equal(rest.first(needle.bytes.size()), needle.bytes))
                out.push_back(needle.name);
        }
    }
    return out;
}

}  // namespace catacomb::sim
