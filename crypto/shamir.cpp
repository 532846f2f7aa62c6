#include "crypto/shamir.hpp"

#include "base/check.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <bitset>

namespace catacomb::crypto {
namespace {

// Eight field elements side by side: what is done to one is done to all, without branch or table.
using Lane = std::uint64_t;
constexpr Lane kLowBits = 0x0101010101010101;
constexpr std::size_t kMaxShares = 255;

Lane times_two(Lane v) {
    const Lane carried = (v >> 7) & kLowBits;
    return ((v & ~(kLowBits << 7)) << 1) ^ (carried * 0x1b);
}

// Secret lane by public scalar: branches on the scalar only.
Lane multiply(Lane v, std::uint8_t scalar) {
    Lane out = 0;
    for (; scalar != 0; scalar >>= 1, v = times_two(v)) {
        if (scalar & 1) out ^= v;
    }
    return out;
}

std::uint8_t multiply_public(std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(multiply(Lane{a}, b));
}

// a^254 = a^(2 + 4 + ... + 128). Requires: a != 0.
std::uint8_t invert_public(std::uint8_t a) {
    std::uint8_t out = 1;
    for (int i = 0; i < 7; ++i) {
        a = multiply_public(a, a);
        out = multiply_public(out, a);
    }
    return out;
}

// Up to eight bytes at `offset`; lanes are only ever combined with each other, so byte order does not matter.
Lane load(ByteView bytes, std::size_t offset) {
    Lane out = 0;
    std::memcpy(&out, bytes.data() + offset, std::min(sizeof out, bytes.size() - offset));
    return out;
}

void store(MutableBytes bytes, std::size_t offset, Lane v) {
    std::memcpy(bytes.data() + offset, &v, std::min(sizeof v, bytes.size() - offset));
}

// terms[0] + terms[1] x + terms[2] x^2 + ..., by Horner's rule; all as long as `out`.
void evaluate(std::span<const ByteView> terms, std::uint8_t x, MutableBytes out) {
    for (std::size_t offset = 0; offset < out.size(); offset += sizeof(Lane)) {
        Lane value = 0;
        for (std::size_t i = terms.size(); i-- > 0;) value = multiply(value, x) ^ load(terms[i], offset);
        store(out, offset, value);
    }
}

std::uint8_t x_of(unsigned index) { return static_cast<std::uint8_t>(index + 1); }

Result<> check_shares(std::span<const IndexedShare> shares, unsigned k) {
    if (k == 0 || shares.size() < k) return error(Code::bad_input, "there are too few shares");
    std::bitset<kMaxShares> seen;
    for (const auto& share : shares) {
        if (share.index >= kMaxShares) return error(Code::bad_input, "a share's number is out of range");
        if (seen[share.index]) return error(Code::bad_input, "a share's number repeats");
        seen.set(share.index);
    }
    return ok();
}

// Lagrange's coefficient of shares[i] for the value at x.
std::uint8_t weight(std::span<const IndexedShare> shares, std::size_t i, std::uint8_t x) {
    std::uint8_t numerator = 1;
    std::uint8_t denominator = 1;
    for (std::size_t j = 0; j < shares.size(); ++j) {
        if (j == i) continue;
        numerator = multiply_public(numerator, x ^ x_of(shares[j].index));
        denominator = multiply_public(denominator, x_of(shares[i].index) ^ x_of(shares[j].index));
    }
    return multiply_public(numerator, invert_public(denominator));
}

Share interpolate(std::span<const IndexedShare> shares, std::uint8_t x) {
    Share out;
    const auto sum = out.expose_mutable();
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const auto scalar = weight(shares, i, x);
        const auto y = shares[i].share.expose();
        for (std::size_t offset = 0; offset < kShareSize; offset += sizeof(Lane)) {
            store(sum, offset, load(sum, offset) ^ multiply(load(y, offset), scalar));
        }
    }
    return out;
}

}  // namespace

std::vector<Share> shamir_split(const Key256& secret, unsigned k, unsigned n) {
    CHECK(1 <= k && k <= n && n <= kMaxShares);
    SecretBytes coefficients(Bytes((k - 1) * kShareSize));
    Hasher(label::kShamir).fixed(secret.expose()).u32(k).u32(n).squeeze(coefficients.expose_mutable());

    std::vector<ByteView> terms{secret.expose()};
    for (unsigned i = 0; i + 1 < k; ++i) {
        terms.push_back(ByteView(coefficients.expose()).subspan(i * kShareSize, kShareSize));
    }
    std::vector<Share> out(n);
    for (unsigned i = 0; i < n; ++i) evaluate(terms, x_of(i), out[i].expose_mutable());
    return out;
}

Result<Key256> shamir_combine(std::span<const IndexedShare> shares, unsigned k) {
    if (auto checked = check_shares(shares, k); !checked) return checked.error();
    return interpolate(shares.first(k), 0);
}

Result<Share> shamir_share_at(std::span<const IndexedShare> shares, unsigned k, unsigned index) {
    if (auto checked = check_shares(shares, k); !checked) return checked.error();
    if (index >= kMaxShares) return error(Code::bad_input, "the wanted share's number is out of range");
    return interpolate(shares.first(k), x_of(index));
}

Bytes shamir_evaluate(ByteView secret, std::span<const Bytes> coefficients, std::uint8_t x) {
    std::vector<ByteView> terms{secret};
    for (const auto& coefficient : coefficients) {
        CHECK(coefficient.size() == secret.size());
        terms.emplace_back(coefficient);
    }
    Bytes out(secret.size());
    evaluate(terms, x, out);
    return out;
}

}  // namespace catacomb::crypto
