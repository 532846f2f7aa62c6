// Bulk AEAD through OpenSSL's EVP: one context per key and direction, ciphers fetched once per process, only
// the IV set per message (docs/decisions/0006). Nonces are 64-bit counters in Noise's encoding: 4 zero bytes,
// then the counter (ChaCha20-Poly1305: little-endian, AES-256-GCM: big-endian; Noise rev 34, section 12).
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

struct evp_cipher_ctx_st;

namespace catacomb::crypto {

enum class CipherSuite : std::uint8_t { aes_256_gcm = 1, chacha20_poly1305 = 2 };
inline constexpr std::size_t kTagSize = 16;

std::optional<CipherSuite> to_cipher_suite(std::uint32_t wire);
// True when this machine has AES and carry-less multiplication instructions.
bool has_fast_aes();
CipherSuite preferred_suite();  // AES where has_fast_aes()

namespace detail {
struct FreeCipherContext {
    void operator()(evp_cipher_ctx_st* ctx) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, FreeCipherContext>;
}  // namespace detail

// Seals under one key. The caller never repeats a counter.
class Sealer {
public:
    Sealer(CipherSuite suite, const Key256& key);
    // Encrypts `text` in place and writes its tag.
    void seal(std::uint64_t counter, ByteView ad, MutableBytes text, std::span<std::uint8_t, kTagSize> tag);
    CipherSuite suite() const { return suite_; }

private:
    CipherSuite suite_;
    detail::CipherContext ctx_;
};

class Opener {
public:
    Opener(CipherSuite suite, const Key256& key);
    // Decrypts in place. False when the tag does not hold: then `text` is zeroed.
    [[nodiscard]] bool open(std::uint64_t counter, ByteView ad, MutableBytes text,
                            std::span<const std::uint8_t, kTagSize> tag);
    CipherSuite suite() const { return suite_; }

private:
    CipherSuite suite_;
    detail::CipherContext ctx_;
};

// The AEAD's own keystream over the first `out.size()` bytes of a message sealed with `counter` (what the
// text is XORed with). The onion client needs it to compute fillers (docs/spec/onion.md 3).
class AeadKeystream {
public:
    AeadKeystream(CipherSuite suite, const Key256& key);
    void keystream(std::uint64_t counter, MutableBytes out);

private:
    CipherSuite suite_;
    detail::CipherContext ctx_;
};

// Noise's REKEY-like one-way step for links: H(link rekey, key).
Key256 rekeyed(const Key256& key);

}  // namespace catacomb::crypto
