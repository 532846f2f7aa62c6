// Opaque<Tag, N>: a strong type for N bytes that identify something (a node, a root, a public key). Copyable,
// ordered as bytes (big-endian order), hashable. Not for secrets: those are crypto/secret.hpp.
#pragma once

#include <compare>
#include <functional>

#include "base/bytes.hpp"

namespace catacomb {

template <class Tag, std::size_t N>
struct Opaque {
    static constexpr std::size_t kSize = N;
    ByteArray<N> bytes{};

    constexpr auto operator<=>(const Opaque&) const = default;
    constexpr bool operator==(const Opaque&) const = default;

    operator ByteView() const { return {bytes.data(), N}; }
    ByteView view() const { return {bytes.data(), N}; }
    std::string hex() const { return to_hex(view()); }
    // The first 8 hex digits, for logs of things that are public.
    std::string brief() const { return to_hex(view().first(4)); }
    bool is_zero() const { return all_zero(view()); }

    // nullopt unless `from` has exactly N bytes.
    static std::optional<Opaque> from(ByteView from_bytes) {
        if (from_bytes.size() != N) return std::nullopt;
        Opaque out;
        catacomb::copy(out.bytes, from_bytes);
        return out;
    }
};

// For unordered containers whose order never reaches an output.
struct OpaqueHash {
    template <class Tag, std::size_t N>
    std::size_t operator()(const Opaque<Tag, N>& id) const {
        static_assert(N >= sizeof(std::size_t));
        std::size_t out;
        std::memcpy(&out, id.bytes.data(), sizeof out);
        return out;
    }
};

}  // namespace catacomb
