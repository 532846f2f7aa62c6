#include "crypto/pow.hpp"

#include "base/codec.hpp"

#include <bit>

namespace catacomb::crypto {
namespace {

constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kClaimBytes = Pow::kSize - kNonceBytes;

ByteView nonce_of(const Pow& pow) { return pow.view().first(kNonceBytes); }
ByteView claim_of(const Pow& pow) { return pow.view().last(kClaimBytes); }
MutableBytes claim_of(Pow& pow) { return MutableBytes(pow.bytes).last(kClaimBytes); }

bool has_leading_zeros(ByteView bytes, unsigned bits) {
    unsigned zeros = 0;
    for (auto byte : bytes) {
        zeros += static_cast<unsigned>(std::countl_zero(byte));
        if (byte != 0) break;
    }
    return zeros >= bits;
}

// The Argon2id output to which subject and nonce lead: 16 bytes.
Result<> work(const Digest& subject, ByteView nonce, Argon2Cost cost, MutableBytes out) {
    const auto salt = hash(label::kPowSalt, subject);
    Writer input;
    input.raw(subject).raw(nonce);
    return argon2id(out, input.bytes(), std::span(salt.bytes).first<16>(), cost);
}

}  // namespace

bool pow_plausible(const Digest& subject, const Pow& pow, const PowParameters& parameters) {
    if (!has_leading_zeros(claim_of(pow), parameters.difficulty_bits)) return false;
    return has_leading_zeros(hash(label::kPowPrefilter, subject, pow), parameters.prefilter_bits);
}

Result<> pow_verify(const Digest& subject, const Pow& pow, const PowParameters& parameters) {
    const auto refuted = error(Code::corrupt, "the proof of work does not hold");
    if (!pow_plausible(subject, pow, parameters)) return refuted;
    ByteArray<kClaimBytes> worked;
    if (auto done = work(subject, nonce_of(pow), parameters.cost, worked); !done) return done;
    if (!equal(worked, claim_of(pow))) return refuted;
    return ok();
}

Result<std::optional<Pow>> pow_try(const Digest& subject, const PowParameters& parameters,
                                   std::uint64_t nonce, unsigned tries) {
    for (unsigned i = 0; i < tries; ++i) {
        Pow pow;
        store_le(MutableBytes(pow.bytes).first(kNonceBytes), nonce + i);
        if (auto done = work(subject, nonce_of(pow), parameters.cost, claim_of(pow)); !done)
            return done.error();
        if (pow_plausible(subject, pow, parameters)) return std::optional(pow);
    }
    return std::optional<Pow>();
}

Result<Pow> pow_mint(const Digest& subject, const PowParameters& parameters, Rng& rng,
                     const std::function<bool()>& stop) {
    for (auto nonce = rng.u64();; ++nonce) {
        if (stop && stop()) return error(Code::closed, "minting the proof of work was stopped");
        auto found = pow_try(subject, parameters, nonce, 1);
        if (!found) return found.error();
        if (*found) return **found;
    }
}

}  // namespace catacomb::crypto
