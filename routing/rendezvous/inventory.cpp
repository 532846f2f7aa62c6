#include "routing/rendezvous/inventory.hpp"

#include "base/check.hpp"
#include "base/codec.hpp"

namespace catacomb::routing {
namespace {

constexpr std::size_t kFinestRanges = std::size_t{1} << Inventory::kMostBits;
constexpr std::size_t kPerRange = 64;

std::size_t range_of(PositionPrefix prefix, unsigned bits) {
    return bits == 0 ? 0 : static_cast<std::size_t>(prefix >> (64 - bits));
}

RangeDigest digest_of(PositionPrefix prefix) {
    return load_le(crypto::hash(crypto::label::kInventory, prefix).view().first(8));
}

}  // namespace

bool Inventory::insert(PositionPrefix prefix) {
    if (!prefixes_.insert(prefix).second) return false;
    count(prefix, true);
    return true;
}

bool Inventory::erase(PositionPrefix prefix) {
    if (prefixes_.erase(prefix) == 0) return false;
    count(prefix, false);
    return true;
}

void Inventory::count(PositionPrefix prefix, bool here) {
    if (finest_.empty()) finest_.resize(kFinestRanges);
    auto& sum = finest_[range_of(prefix, kMostBits)];
    sum = here ? sum + digest_of(prefix) : sum - digest_of(prefix);
}

crypto::Digest Inventory::digest() const {
    crypto::Hasher hasher(crypto::label::kInventory);
    for (const auto sum : ranges(kMostBits)) hasher.u64(sum);
    return hasher.digest();
}

unsigned Inventory::fitting_bits() const {
    unsigned bits = 0;
    while (bits < kMostBits && (size() >> bits) > kPerRange) ++bits;
    return bits;
}

std::vector<RangeDigest> Inventory::ranges(unsigned bits) const {
    CHECK(bits <= kMostBits);
    std::vector<RangeDigest> out(std::size_t{1} << bits);
    const unsigned finer = kMostBits - bits;
    for (std::size_t i = 0; i < finest_.size(); ++i) out[i >> finer] += finest_[i];
    return out;
}

std::vector<PositionPrefix> Inventory::in_range(unsigned bits, std::size_t range) const {
    CHECK(bits <= kMostBits && range < std::size_t{1} << bits);
    const auto first = bits == 0 ? 0 : static_cast<PositionPrefix>(range) << (64 - bits);
    std::vector<PositionPrefix> out;
    for (auto it = prefixes_.lower_bound(first); it != prefixes_.end() && range_of(*it, bits) == range; ++it)
        out.push_back(*it);
    return out;
}

}  // namespace catacomb::routing
