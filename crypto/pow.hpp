// Proof of work: Argon2id over (subject, nonce), behind a cheap hash pre-filter so that a verifier throws
// junk away for a microsecond. A subject is a digest of what the work is spent on: docs/spec/membership.md 1
// has the founding proof of an identity and the ticket of an epoch. Its price is a network parameter, trivial
// on a testnet.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "base/rng.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"

namespace catacomb::crypto {

struct PowParameters {
    unsigned prefilter_bits = 0;   // leading zero bits of H(prefilter, subject, proof)
    unsigned difficulty_bits = 0;  // leading zero bits of the Argon2id output
    Argon2Cost cost{1, 64 * 1024};
};
// 8 bytes nonce ‖ 16 bytes claimed Argon2id output.
using Pow = Opaque<struct PowTag, 24>;

// `tries` nonces from `nonce` on: the proof, or none among them. Blocking: an Argon2id each.
Result<std::optional<Pow>> pow_try(const Digest& subject, const PowParameters& parameters,
                                   std::uint64_t nonce, unsigned tries);
// Tries nonces until one fits. Blocking and long at real difficulties. `stop` is asked between tries; when it
// says true the result is Code::closed.
Result<Pow> pow_mint(const Digest& subject, const PowParameters& parameters, Rng& rng,
                     const std::function<bool()>& stop = {});
// What can be told without Argon2id: the claimed output is small enough and the pre-filter holds. One hash.
[[nodiscard]] bool pow_plausible(const Digest& subject, const Pow& pow, const PowParameters& parameters);
// The whole check: one Argon2id. Code::corrupt when the proof does not hold; another code when that could not
// be told (no memory).
[[nodiscard]] Result<> pow_verify(const Digest& subject, const Pow& pow, const PowParameters& parameters);

}  // namespace catacomb::crypto
