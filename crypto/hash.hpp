// The one content hash: BLAKE3, 256 bits. H(tag, parts...) is its derive-key mode with the tag as context;
// parts that can vary in length are length-prefixed (u64, little-endian), so no two part lists give the same
// input.
#pragma once

#include <type_traits>

#include "base/bytes.hpp"
#include "base/opaque.hpp"
#include "crypto/labels.hpp"
#include "crypto/secret.hpp"

namespace catacomb::crypto {

using Digest = Opaque<struct DigestTag, 32>;

namespace detail {
inline constexpr std::size_t kBlake3State = 1912;  // sizeof(blake3_hasher), asserted in hash.cpp
}

// Streaming H(tag, ...). Copyable, so a common prefix can be hashed once. Wiped at its end: it may have seen
// a key.
class Hasher {
public:
    explicit Hasher(Label label);
    Hasher(const Hasher&) = default;
    Hasher& operator=(const Hasher&) = default;
    ~Hasher();

    // Bytes whose length the tag fixes.
    Hasher& fixed(ByteView bytes);
    // Bytes of varying length: u64 length, then the bytes.
    Hasher& sized(ByteView bytes);
    Hasher& u8(std::uint8_t v);
    Hasher& u32(std::uint32_t v);
    Hasher& u64(std::uint64_t v);

    Digest digest() const;
    Key256 key() const;
    // Any number of output bytes (BLAKE3 is an XOF), starting at `offset` of the output stream.
    void squeeze(MutableBytes out, std::uint64_t offset = 0) const;

private:
    alignas(8) std::uint8_t state_[detail::kBlake3State];
};

namespace detail {
inline void feed(Hasher& h, std::uint8_t v) { h.u8(v); }
inline void feed(Hasher& h, std::uint32_t v) { h.u32(v); }
inline void feed(Hasher& h, std::uint64_t v) { h.u64(v); }
template <class Tag, std::size_t N>
void feed(Hasher& h, const Opaque<Tag, N>& v) {
    h.fixed(v.view());
}
template <std::size_t N>
void feed(Hasher& h, const Secret<N>& v) {
    h.fixed(v.expose());
}
template <std::size_t N>
void feed(Hasher& h, const ByteArray<N>& v) {
    h.fixed(v);
}
inline void feed(Hasher& h, const Bytes& v) { h.sized(v); }
inline void feed(Hasher& h, ByteView v) { h.sized(v); }
}  // namespace detail

// H(label, parts...): fixed-size types are hashed as they are, views and vectors length-prefixed.
template <class... Parts>
Digest hash(Label label, const Parts&... parts) {
    Hasher h(label);
    (detail::feed(h, parts), ...);
    return h.digest();
}
// The same as a key.
template <class... Parts>
Key256 derive(Label label, const Parts&... parts) {
    Hasher h(label);
    (detail::feed(h, parts), ...);
    return h.key();
}

// Plain BLAKE3 of a file's bytes: what `b3sum` prints.
class ContentHasher {
public:
    ContentHasher();
    void add(ByteView bytes);
    Digest digest() const;

private:
    alignas(8) std::uint8_t state_[detail::kBlake3State];
};
Digest content_hash(ByteView bytes);

}  // namespace catacomb::crypto
