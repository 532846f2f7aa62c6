#include "node/protocol/vault_identity.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kProofsKept = 4096;

crypto::Digest name_of(const crypto::VerifyKey& key, std::uint32_t epoch, const crypto::Pow& pow) {
    return crypto::hash(crypto::label::kPowKnown, key, epoch, pow);
}

}  // namespace

Task<void> ProofChecker::look_into(std::string key, std::string pow, std::uint32_t epoch,
                                   const routing::NetworkParameters& network) {
    const auto public_key = crypto::VerifyKey::from(view(key));
    const auto proof = crypto::Pow::from(view(pow));
    // What is not even plausible costs one hash to refuse.
    if (!public_key || !proof || !crypto::pow_plausible(*public_key, epoch, *proof, network.pow)) co_return;
    const auto name = name_of(*public_key, epoch, *proof);
    while (busy_) {
        const auto wake = co_await free_.wait(kNever);
        if (wake == routing::Wake::closed) co_return;
    }
    if (cache_.knows(name)) co_return;
    busy_ = true;
    std::function<bool()> work = [key = *public_key, epoch, proof = *proof, parameters = network.pow] {
        return crypto::pow_verify(key, epoch, proof, parameters);
    };
    const bool good = co_await routing::on_worker(runtime_, std::move(work));
    cache_.remember(name, good);
    busy_ = false;
    free_.open();
}

bool ProofCache::holds(const crypto::VerifyKey& key, std::uint32_t epoch, const crypto::Pow& pow,
                       const crypto::PowParameters& parameters) {
    const auto name = name_of(key, epoch, pow);
    if (const auto at = known_.find(name); at != known_.end()) return at->second;
    const bool good = crypto::pow_verify(key, epoch, pow, parameters);
    remember(name, good);
    return good;
}

// Full of vaults that we may never meet again: begin anew, which costs each its Argon2id once more.
void ProofCache::remember(const crypto::Digest& name, bool holds) {
    if (known_.size() >= kProofsKept) known_.clear();
    known_.emplace(name, holds);
}

Result<VaultIdentity> VaultIdentity::decode(const std::string& key, const std::string& pow,
                                            std::uint32_t epoch, const routing::NetworkParameters& network,
                                            Time now, ProofCache& proofs) {
    const auto public_key = crypto::VerifyKey::from(view(key));
    const auto proof = crypto::Pow::from(view(pow));
    if (!public_key || !proof) return error(Code::malformed);
    const auto current = network.epoch_at(now);
    if (epoch > current + 1 || epoch + 1 < current)
        return error(Code::corrupt, "a proof of work of another time");
    if (!proofs.holds(*public_key, epoch, *proof, network.pow))
        return error(Code::corrupt, "no proof of work");
    return VaultIdentity{*public_key, *proof, epoch};
}

}  // namespace catacomb::node
