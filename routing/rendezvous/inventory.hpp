// Inventory: the position prefixes of the blocks that one vault has, in order, and a digest of each of 1,024
// ranges of them that changes with every prefix in constant time. Vault and rendezvous keep one each: equal
// digests tell them that they agree, and what differs is told range by range (docs/spec/storage-messages.md
// 4). Pure.
#pragma once

#include "routing/rendezvous/prefix_set.hpp"

namespace catacomb::routing {

// The sum, modulo 2^64, of the first 8 bytes of H("catacomb inventory", prefix) over what is in the range: 0
// for nothing. Who could make two sets of equal sum gains nothing: a vault says of itself what it likes.
using RangeDigest = std::uint64_t;

class Inventory {
public:
    // A range is what begins with the same `bits` bits; at most so many.
    static constexpr unsigned kMostBits = 10;

    // False when nothing changed.
    bool insert(PositionPrefix prefix);
    bool erase(PositionPrefix prefix);
    bool contains(PositionPrefix prefix) const { return prefixes_.contains(prefix); }
    std::size_t size() const { return prefixes_.size(); }
    // Memory that it takes; an insertion makes it grow by no more than kMostGrowth.
    std::size_t bytes() const { return prefixes_.bytes() + finest_.capacity() * sizeof(RangeDigest); }
    static constexpr std::size_t kDigests = sizeof(RangeDigest) << kMostBits;
    static constexpr std::size_t kMostGrowth = kDigests + PrefixSet::kMostGrowth;
    // Forgets a whole range; nothing is hashed for it.
    void erase_range(unsigned bits, std::size_t range);
    // Forgets some, at most 512, wherever they lie. Requires: size() > 0.
    void give_way();

    // H("catacomb inventory", the 1,024 range digests).
    crypto::Digest digest() const;
    // Bits that make ranges of about 64 prefixes.
    unsigned fitting_bits() const;
    // One for each of 2^bits ranges. Requires: bits <= kMostBits.
    std::vector<RangeDigest> ranges(unsigned bits) const;
    std::vector<PositionPrefix> in_range(unsigned bits, std::size_t range) const;
    std::vector<PositionPrefix> all() const { return in_range(0, 0); }

private:
    void count(PositionPrefix prefix, bool here);

    PrefixSet prefixes_;
    std::vector<RangeDigest> finest_;  // empty while nothing was ever here
};

}  // namespace catacomb::routing
