#include "crypto/aead.hpp"

#include "base/check.hpp"
#include "crypto/evp.hpp"
#include "crypto/hash.hpp"

#include <sodium.h>

namespace catacomb::crypto {
namespace {

detail::EvpCipher aead_of(CipherSuite suite) {
    return suite == CipherSuite::aes_256_gcm ? detail::EvpCipher::aes_256_gcm
                                             : detail::EvpCipher::chacha20_poly1305;
}

detail::EvpCipher stream_of(CipherSuite suite) {
    return suite == CipherSuite::aes_256_gcm ? detail::EvpCipher::aes_256_ctr : detail::EvpCipher::chacha20;
}

detail::Nonce noise_nonce(CipherSuite suite, std::uint64_t counter) {
    CHECK(counter != UINT64_MAX);  // reserved (Noise rev 34, 5.1)
    const bool big_endian = suite == CipherSuite::aes_256_gcm;
    detail::Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i) {
        nonce[big_endian ? 11 - i : 4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
    }
    return nonce;
}

// The keystream block at which the text starts: GCM's block 1 and ChaCha20-Poly1305's block 0 make the tag
// (NIST SP 800-38D 7.1, RFC 8439 2.8).
std::uint8_t first_text_block(CipherSuite suite) { return suite == CipherSuite::aes_256_gcm ? 2 : 1; }

}  // namespace

std::optional<CipherSuite> to_cipher_suite(std::uint32_t wire) {
    if (wire == static_cast<std::uint32_t>(CipherSuite::aes_256_gcm)) return CipherSuite::aes_256_gcm;
    if (wire == static_cast<std::uint32_t>(CipherSuite::chacha20_poly1305))
        return CipherSuite::chacha20_poly1305;
    return std::nullopt;
}

bool has_fast_aes() { return crypto_aead_aes256gcm_is_available() != 0; }

CipherSuite preferred_suite() {
    return has_fast_aes() ? CipherSuite::aes_256_gcm : CipherSuite::chacha20_poly1305;
}

Sealer::Sealer(CipherSuite suite, const Key256& key)
    : suite_(suite), ctx_(detail::keyed_context(aead_of(suite), key, detail::Direction::seal)) {}

void Sealer::seal(std::uint64_t counter, ByteView ad, MutableBytes text,
                  std::span<std::uint8_t, kTagSize> tag) {
    detail::start_message(ctx_, noise_nonce(suite_, counter));
    detail::associate(ctx_, ad);
    detail::transform(ctx_, text);
    detail::finish_seal(ctx_, tag);
}

Opener::Opener(CipherSuite suite, const Key256& key)
    : suite_(suite), ctx_(detail::keyed_context(aead_of(suite), key, detail::Direction::open)) {}

bool Opener::open(std::uint64_t counter, ByteView ad, MutableBytes text,
                  std::span<const std::uint8_t, kTagSize> tag) {
    detail::start_message(ctx_, noise_nonce(suite_, counter));
    detail::associate(ctx_, ad);
    detail::transform(ctx_, text);
    if (detail::finish_open(ctx_, tag)) return true;
    fill_zero(text);
    return false;
}

AeadKeystream::AeadKeystream(CipherSuite suite, const Key256& key)
    : suite_(suite), ctx_(detail::keyed_context(stream_of(suite), key)) {}

void AeadKeystream::keystream(std::uint64_t counter, MutableBytes out) {
    const auto nonce = noise_nonce(suite_, counter);
    detail::start_message(ctx_, detail::stream_iv(suite_, nonce, first_text_block(suite_)));
    fill_zero(out);
    detail::transform(ctx_, out);
}

Key256 rekeyed(const Key256& key) { return derive(label::kLinkRekey, key); }

}  // namespace catacomb::crypto
