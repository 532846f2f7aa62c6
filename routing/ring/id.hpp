// Arithmetic on the identifier circle, for any width: the proofs run on one byte, the ring on 256 bits.
// Clockwise is upwards; numbers are big-endian.
#pragma once

#include "base/opaque.hpp"

namespace catacomb::routing {

// How far clockwise from `from` to `to`: (to - from) mod 2^width.
template <class Tag, std::size_t N>
constexpr Opaque<Tag, N> distance(const Opaque<Tag, N>& from, const Opaque<Tag, N>& to) {
    Opaque<Tag, N> out;
    int borrow = 0;
    for (std::size_t i = N; i-- > 0;) {
        const int d = int{to.bytes[i]} - int{from.bytes[i]} - borrow;
        out.bytes[i] = static_cast<std::uint8_t>(d);
        borrow = d < 0 ? 1 : 0;
    }
    return out;
}

// x lies in (a, b) clockwise. When a = b that is the whole circle but a.
template <class Id>
constexpr bool in_open_arc(const Id& a, const Id& x, const Id& b) {
    if (a == b) return x != a;
    return x != a && distance(a, x) < distance(a, b);
}

// x lies in (a, b] clockwise. When a = b that is the whole circle: a relay alone owns everything.
template <class Id>
constexpr bool in_half_open_arc(const Id& a, const Id& x, const Id& b) {
    return x == b || in_open_arc(a, x, b);
}

// id + 2^bit mod 2^width: where a finger starts. Requires: bit < 8 N.
template <class Tag, std::size_t N>
constexpr Opaque<Tag, N> plus_power_of_two(Opaque<Tag, N> id, std::size_t bit) {
    unsigned carry = 1u << (bit % 8);
    for (std::size_t i = N - bit / 8; i-- > 0 && carry != 0;) {
        const unsigned sum = id.bytes[i] + carry;
        id.bytes[i] = static_cast<std::uint8_t>(sum);
        carry = sum >> 8;
    }
    return id;
}

// A distance as a share of the circle, in [0, 1): enough for density estimates, never for order.
template <class Tag, std::size_t N>
double fraction(const Opaque<Tag, N>& d) {
    double out = 0, weight = 1.0 / 256;
    for (std::size_t i = 0; i < N && i < 8; ++i, weight /= 256) out += d.bytes[i] * weight;
    return out;
}

}  // namespace catacomb::routing
