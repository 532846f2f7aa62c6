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

// The label's part of the work is done once.
RangeDigest digest_of(PositionPrefix prefix) {
    static const crypto::Hasher labelled(crypto::label::kInventory);
    auto hasher = labelled;
    return load_le(hasher.u64(prefix).digest().view().first(8));
}

PositionPrefix first_of(unsigned bits, std::size_t range) {
    return bits == 0 ? 0 : static_cast<PositionPrefix>(range) << (64 - bits);
}
PositionPrefix last_of(unsigned bits, std::size_t range) {
    return first_of(bits, range) + (~PositionPrefix{0} >> bits);
}

}  // namespace

bool Inventory::insert(PositionPrefix prefix) {
    if (!prefixes_.insert(prefix)) return false;
    count(prefix, true);
    return true;
}

bool Inventory::erase(PositionPrefix prefix) {
    if (!prefixes_.erase(prefix)) return false;
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
    return prefixes_.between(first_of(bits, range), last_of(bits, range));
}

void Inventory::erase_range(unsigned bits, std::size_t range) {
    CHECK(bits <= kMostBits && range < std::size_t{1} << bits);
    prefixes_.erase_between(first_of(bits, range), last_of(bits, range));
    const auto of_each = kFinestRanges >> bits;
    for (auto i = range * of_each; i < (range + 1) * of_each && i < finest_.size(); ++i) finest_[i] = 0;
}

void Inventory::give_way() {
    for (const auto prefix : prefixes_.take_piece()) count(prefix, false);
}

}  // namespace catacomb::routing
