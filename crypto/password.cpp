#include "crypto/password.hpp"

#include <sodium.h>

namespace catacomb::crypto {

static_assert(crypto_pwhash_argon2id_SALTBYTES == 16 && crypto_pwhash_argon2id_BYTES_MIN == 16);

static bool possible(MutableBytes out, ByteView password, Argon2Cost cost) {
    return out.size() >= crypto_pwhash_argon2id_BYTES_MIN && out.size() <= crypto_pwhash_argon2id_BYTES_MAX &&
           password.size() <= crypto_pwhash_argon2id_PASSWD_MAX &&
           cost.passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
           cost.passes <= crypto_pwhash_argon2id_OPSLIMIT_MAX &&
           cost.memory_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
           cost.memory_bytes <= crypto_pwhash_argon2id_MEMLIMIT_MAX;
}

Result<> argon2id(MutableBytes out, ByteView password, std::span<const std::uint8_t, 16> salt,
                  Argon2Cost cost) {
    if (!possible(out, password, cost)) return error(Code::bad_input, "impossible cost for Argon2id");
    // libsodium declares the password never null, which an empty view's may be.
    const auto* text = password.empty() ? "" : reinterpret_cast<const char*>(password.data());
    const int failed =
        crypto_pwhash_argon2id(out.data(), out.size(), text, password.size(), salt.data(), cost.passes,
                               cost.memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    if (failed != 0) return error(Code::limit, "there is not enough memory for Argon2id");
    return ok();
}

}  // namespace catacomb::crypto
