#include "crypto/hash.hpp"

#include "base/codec.hpp"

#include <blake3.h>

namespace catacomb::crypto {
namespace {

static_assert(sizeof(blake3_hasher) == detail::kBlake3State && alignof(blake3_hasher) <= 8);

// The header keeps the state as bytes, so that only this file knows BLAKE3.
blake3_hasher* blake3(std::uint8_t* state) { return reinterpret_cast<blake3_hasher*>(state); }
const blake3_hasher* blake3(const std::uint8_t* state) {
    return reinterpret_cast<const blake3_hasher*>(state);
}

}  // namespace

Hasher::Hasher(Label label) {
    blake3_hasher_init_derive_key_raw(blake3(state_), label.text.data(), label.text.size());
}

Hasher::~Hasher() { wipe(state_); }

Hasher& Hasher::fixed(ByteView bytes) {
    blake3_hasher_update(blake3(state_), bytes.data(), bytes.size());
    return *this;
}

Hasher& Hasher::sized(ByteView bytes) { return u64(bytes.size()).fixed(bytes); }

Hasher& Hasher::u8(std::uint8_t v) { return fixed({&v, 1}); }

Hasher& Hasher::u32(std::uint32_t v) {
    ByteArray<4> raw;
    store_le(raw, v);
    return fixed(raw);
}

Hasher& Hasher::u64(std::uint64_t v) {
    ByteArray<8> raw;
    store_le(raw, v);
    return fixed(raw);
}

Digest Hasher::digest() const {
    Digest out;
    squeeze(out.bytes);
    return out;
}

Key256 Hasher::key() const {
    Key256 out;
    squeeze(out.expose_mutable());
    return out;
}

void Hasher::squeeze(MutableBytes out, std::uint64_t offset) const {
    blake3_hasher_finalize_seek(blake3(state_), offset, out.data(), out.size());
}

ContentHasher::ContentHasher() { blake3_hasher_init(blake3(state_)); }

void ContentHasher::add(ByteView bytes) { blake3_hasher_update(blake3(state_), bytes.data(), bytes.size()); }

Digest ContentHasher::digest() const {
    Digest out;
    blake3_hasher_finalize(blake3(state_), out.bytes.data(), out.bytes.size());
    return out;
}

Digest content_hash(ByteView bytes) {
    ContentHasher hasher;
    hasher.add(bytes);
    return hasher.digest();
}

}  // namespace catacomb::crypto
