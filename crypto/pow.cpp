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

// The Argon2id output to which key, epoch and nonce lead: 16 bytes.
Result<> work(const VerifyKey& key, std::uint32_t epoch, ByteView nonce, Argon2Cost cost, MutableBytes out) {
    const auto salt = hash(label::kPowSalt, key, epoch);
    Writer input;
    input.raw(key).u32(epoch).raw(nonce);
    return argon2id(out, input.bytes(), std::span(salt.bytes).first<16>(), cost);
}

}  // namespace

bool pow_plausible(const VerifyKey& key, std::uint32_t epoch, const Pow& pow,
                   const PowParameters& parameters) {
    if (!has_leading_zeros(claim_of(pow), parameters.difficulty_bits)) return false;
    const auto seen = Hasher(label::kPowPrefilter).fixed(key).u32(epoch).fixed(pow).digest();
    return has_leading_zeros(seen, parameters.prefilter_bits);
}

bool pow_verify(const VerifyKey& key, std::uint32_t epoch, const Pow& pow, const PowParameters& parameters) {
    if (!pow_plausible(key, epoch, pow, parameters)) return false;
    ByteArray<kClaimBytes> worked;
    return work(key, epoch, nonce_of(pow), parameters.cost, worked) && equal(worked, claim_of(pow));
}

Result<Pow> pow_mint(const VerifyKey& key, std::uint32_t epoch, const PowParameters& parameters, Rng& rng,
                     bool (*stop)()) {
    for (auto nonce = rng.u64();; ++nonce) {
        if (stop != nullptr && stop()) return error(Code::closed, "minting the proof of work was stopped");
        Pow pow;
        store_le(MutableBytes(pow.bytes).first(kNonceBytes), nonce);
        if (auto done = work(key, epoch, nonce_of(pow), parameters.cost, claim_of(pow)); !done) {
            return done.error();
        }
        if (pow_plausible(key, epoch, pow, parameters)) return pow;
    }
}

}  // namespace catacomb::crypto
