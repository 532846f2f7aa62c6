#include "crypto/evp.hpp"

#include "base/check.hpp"

#include <openssl/evp.h>

#include <climits>
#include <stdexcept>

namespace catacomb::crypto::detail {
namespace {

EVP_CIPHER* fetch(const char* name) {
    auto* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    if (cipher == nullptr) throw std::runtime_error(std::string("OpenSSL does not offer ") + name);
    return cipher;
}

// Fetched once and kept: an implicit fetch per message costs more than sealing a short one.
const EVP_CIPHER* fetched(EvpCipher cipher) {
    static EVP_CIPHER* const kAesGcm = fetch("AES-256-GCM");
    static EVP_CIPHER* const kChaChaPoly = fetch("ChaCha20-Poly1305");
    static EVP_CIPHER* const kAesCtr = fetch("AES-256-CTR");
    static EVP_CIPHER* const kChaCha = fetch("ChaCha20");
    switch (cipher) {
        case EvpCipher::aes_256_gcm:
            return kAesGcm;
        case EvpCipher::chacha20_poly1305:
            return kChaChaPoly;
        case EvpCipher::aes_256_ctr:
            return kAesCtr;
        case EvpCipher::chacha20:
            return kChaCha;
    }
    CHECK(false);
}

void update(const CipherContext& ctx, std::uint8_t* out, ByteView in) {
    if (in.empty()) return;
    CHECK(in.size() <= INT_MAX);
    int written = 0;
    CHECK(EVP_CipherUpdate(ctx.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1);
    CHECK(written == static_cast<int>(in.size()));
}

}  // namespace

void FreeCipherContext::operator()(evp_cipher_ctx_st* ctx) const { EVP_CIPHER_CTX_free(ctx); }

CipherContext keyed_context(EvpCipher cipher, const Key256& key, Direction direction) {
    CipherContext ctx(EVP_CIPHER_CTX_new());
    if (!ctx) throw std::bad_alloc();
    const int encrypt = direction == Direction::seal ? 1 : 0;
    CHECK(EVP_CipherInit_ex2(ctx.get(), fetched(cipher), key.expose().data(), nullptr, encrypt, nullptr) ==
          1);
    return ctx;
}

void start_message(const CipherContext& ctx, ByteView iv) {
    // Of the cipher, not of the context: that one is looked up by name, for every message.
    CHECK(static_cast<int>(iv.size()) == EVP_CIPHER_get_iv_length(EVP_CIPHER_CTX_get0_cipher(ctx.get())));
    CHECK(EVP_CipherInit_ex2(ctx.get(), nullptr, nullptr, iv.data(), -1, nullptr) == 1);
}

ByteArray<16> stream_iv(CipherSuite suite, const Nonce& nonce, std::uint8_t block) {
    ByteArray<16> iv{};
    const bool aes = suite == CipherSuite::aes_256_gcm;
    copy(MutableBytes(iv).subspan(aes ? 0 : 4), nonce);
    iv[aes ? 15 : 0] = block;
    return iv;
}

void associate(const CipherContext& ctx, ByteView ad) { update(ctx, nullptr, ad); }

void transform(const CipherContext& ctx, MutableBytes text) { update(ctx, text.data(), text); }

void finish_seal(const CipherContext& ctx, std::span<std::uint8_t, kTagSize> tag) {
    int written = 0;
    ByteArray<16> nothing;
    CHECK(EVP_CipherFinal_ex(ctx.get(), nothing.data(), &written) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, tag.data()) == 1);
}

bool finish_open(const CipherContext& ctx, std::span<const std::uint8_t, kTagSize> tag) {
    auto* expected = const_cast<std::uint8_t*>(tag.data());  // the call only reads it
    CHECK(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize, expected) == 1);
    int written = 0;
    ByteArray<16> nothing;
    return EVP_CipherFinal_ex(ctx.get(), nothing.data(), &written) == 1;
}

}  // namespace catacomb::crypto::detail
