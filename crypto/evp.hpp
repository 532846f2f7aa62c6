// OpenSSL's EVP ciphers as this floor uses them: each cipher fetched once per process, a context keyed once,
// then only an IV per message. Private to crypto/*.cpp. A context belongs to one thread at a time.
#pragma once

#include "crypto/aead.hpp"

namespace catacomb::crypto::detail {

enum class EvpCipher { aes_256_gcm, chacha20_poly1305, aes_256_ctr, chacha20 };
enum class Direction { open, seal };

inline constexpr std::size_t kNonceSize = 12;
using Nonce = ByteArray<kNonceSize>;

// `direction` matters to the AEADs only.
CipherContext keyed_context(EvpCipher cipher, const Key256& key, Direction direction = Direction::seal);

// Starts a message. The IV is a Nonce for the AEADs, 16 bytes for the bare streams (stream_iv).
void start_message(const CipherContext& ctx, ByteView iv);
// The IV with which a bare stream starts at `block` of its keystream under `nonce`: AES-CTR counts in the
// last four bytes, big-endian; ChaCha20 in the first four, little-endian.
ByteArray<16> stream_iv(CipherSuite suite, const Nonce& nonce, std::uint8_t block);

void associate(const CipherContext& ctx, ByteView ad);
void transform(const CipherContext& ctx, MutableBytes text);
void finish_seal(const CipherContext& ctx, std::span<std::uint8_t, kTagSize> tag);
[[nodiscard]] bool finish_open(const CipherContext& ctx, std::span<const std::uint8_t, kTagSize> tag);

}  // namespace catacomb::crypto::detail
