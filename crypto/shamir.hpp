// Shamir's secret sharing of 32-byte secrets over GF(2^8)/0x11b, constant time (no tables indexed by
// secrets). Shares are at x = index + 1. Coefficients come from an XOF, H(shamir, secret, k, n), so that the
// same secret always has the same shares (docs/spec/segments.md 3).
#pragma once

#include <vector>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace catacomb::crypto {

inline constexpr std::size_t kShareSize = 32;
using Share = Secret<kShareSize>;

// Requires: 1 <= k <= n <= 255.
std::vector<Share> shamir_split(const Key256& secret, unsigned k, unsigned n);

struct IndexedShare {
    unsigned index = 0;  // 0-based; x = index + 1
    Share share;
};
// Interpolates at zero from the first k of `shares`. Code::bad_input when there are fewer than k, or an index
// repeats or is over 254. Wrong shares give a wrong secret, silently: callers check a commitment.
Result<Key256> shamir_combine(std::span<const IndexedShare> shares, unsigned k);
// The share at `index` from any k others: the same value shamir_split gave.
Result<Share> shamir_share_at(std::span<const IndexedShare> shares, unsigned k, unsigned index);

// The polynomial in the open, for published vectors: secret and coefficients are `length` bytes each; returns
// the value at x. Constant time in secret and coefficients.
Bytes shamir_evaluate(ByteView secret, std::span<const Bytes> coefficients, std::uint8_t x);

}  // namespace catacomb::crypto
