// The proof of work that prices an identity (docs/spec/README.md): Argon2id over (public key, epoch, nonce),
// behind a cheap hash pre-filter so that a verifier throws junk away for a microsecond. Its difficulty is a
// network parameter, trivial on a testnet.
#pragma once

#include "base/result.hpp"
#include "base/rng.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/sign.hpp"

namespace catacomb::crypto {

struct PowParameters {
    unsigned prefilter_bits = 0;   // leading zero bits of H(prefilter, key, epoch, nonce, claim)
    unsigned difficulty_bits = 0;  // leading zero bits of the Argon2id output
    Argon2Cost cost{1, 64 * 1024};
};
// 8 bytes nonce ‖ 16 bytes claimed Argon2id output.
using Pow = Opaque<struct PowTag, 24>;

// Tries nonces until one fits. Blocking and long at real difficulties: run it on a worker. `stop` is asked
// between tries; when it says true the result is Code::closed.
Result<Pow> pow_mint(const VerifyKey& key, std::uint32_t epoch, const PowParameters& parameters, Rng& rng,
                     bool (*stop)() = nullptr);
// What can be told without Argon2id: the claimed output is small enough and the pre-filter holds. One hash.
[[nodiscard]] bool pow_plausible(const VerifyKey& key, std::uint32_t epoch, const Pow& pow,
                                 const PowParameters& parameters);
// The whole check: one Argon2id.
[[nodiscard]] bool pow_verify(const VerifyKey& key, std::uint32_t epoch, const Pow& pow,
                              const PowParameters& parameters);

}  // namespace catacomb::crypto
