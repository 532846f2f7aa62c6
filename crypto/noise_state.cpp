#include "crypto/noise_state.hpp"

#include "base/check.hpp"

#include <sodium.h>

namespace catacomb::crypto {
namespace {

constexpr std::size_t kBlake2bBlock = 128;
using NoiseSecret = Secret<kNoiseHash>;

class Blake2b {
public:
    Blake2b() { crypto_generichash_blake2b_init(&state_, nullptr, 0, kNoiseHash); }
    ~Blake2b() { sodium_memzero(&state_, sizeof state_); }
    Blake2b(const Blake2b&) = delete;
    Blake2b& operator=(const Blake2b&) = delete;

    Blake2b& add(ByteView bytes) {
        crypto_generichash_blake2b_update(&state_, bytes.data(), bytes.size());
        return *this;
    }
    void finish(std::span<std::uint8_t, kNoiseHash> out) {
        crypto_generichash_blake2b_final(&state_, out.data(), out.size());
    }

private:
    crypto_generichash_blake2b_state state_;
};

Secret<kBlake2bBlock> padded(const NoiseSecret& key, std::uint8_t pad) {
    Secret<kBlake2bBlock> out;
    const auto bytes = out.expose_mutable();
    copy(bytes, key.expose());
    for (auto& byte : bytes) byte ^= pad;
    return out;
}

// HMAC (RFC 2104) over unkeyed BLAKE2b, as Noise has it for every hash; not BLAKE2b's own keyed mode.
NoiseSecret hmac(const NoiseSecret& key, ByteView first, ByteView second = {}) {
    NoiseSecret inner;
    Blake2b().add(padded(key, 0x36).expose()).add(first).add(second).finish(inner.expose_mutable());
    NoiseSecret out;
    Blake2b().add(padded(key, 0x5c).expose()).add(inner.expose()).finish(out.expose_mutable());
    return out;
}

struct TwoOutputs {
    NoiseSecret first;
    NoiseSecret second;
};
TwoOutputs hkdf(const NoiseSecret& chaining_key, ByteView input_key_material) {
    constexpr std::uint8_t kOne[] = {1};
    constexpr std::uint8_t kTwo[] = {2};
    const auto extracted = hmac(chaining_key, input_key_material);
    auto first = hmac(extracted, kOne);
    auto second = hmac(extracted, first.expose(), kTwo);
    return {std::move(first), std::move(second)};
}

// Noise cuts 64-byte outputs to a cipher's 32-byte key.
Key256 cut(const NoiseSecret& from) { return Key256(from.expose().first<Key256::kSize>()); }

}  // namespace

SymmetricState::SymmetricState(std::string_view protocol_name, CipherSuite suite) : suite_(suite) {
    CHECK(protocol_name.size() <= kNoiseHash);
    copy(hash_, view(protocol_name));
    copy(chaining_key_.expose_mutable(), hash_);
}

void SymmetricState::mix_hash(ByteView data) {
    const auto before = hash_;
    Blake2b().add(before).add(data).finish(hash_);
}

void SymmetricState::mix_key(ByteView input_key_material) {
    auto [chaining_key, key] = hkdf(chaining_key_, input_key_material);
    chaining_key_ = std::move(chaining_key);
    key_ = cut(key);
    counter_ = 0;
}

Bytes SymmetricState::encrypt_and_hash(ByteView text) {
    Bytes out = to_bytes(text);
    if (key_) {
        ByteArray<kTagSize> tag;
        Sealer(suite_, *key_).seal(counter_++, hash_, out, tag);
        append(out, tag);
    }
    mix_hash(out);
    return out;
}

Result<Bytes> SymmetricState::decrypt_and_hash(ByteView sealed) {
    if (!key_) {
        mix_hash(sealed);
        return to_bytes(sealed);
    }
    if (sealed.size() < kTagSize) return error(Code::malformed, "the handshake message is too short");
    Bytes text = to_bytes(sealed.first(sealed.size() - kTagSize));
    if (!Opener(suite_, *key_).open(counter_, hash_, text, sealed.last<kTagSize>())) {
        return error(Code::corrupt, "the handshake message does not decrypt");
    }
    ++counter_;
    mix_hash(sealed);
    return text;
}

NoiseSplit SymmetricState::split() const {
    const auto [first, second] = hkdf(chaining_key_, {});
    return {cut(first), cut(second), hash_};
}

}  // namespace catacomb::crypto
