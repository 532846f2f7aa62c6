#include "node/acknowledgement.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "routing/rendezvous/placement.hpp"

namespace catacomb::node {
namespace {

Bytes signed_bytes(const storage::BlockId& block, Time lease_end) {
    Writer out;
    out.raw(block.root).u8(block.index).u64(unix_seconds(lease_end));
    return out.take();
}

constexpr std::size_t kProofsKept = 4096;

crypto::Digest name_of(const crypto::VerifyKey& key, std::uint32_t epoch, const crypto::Pow& pow) {
    return crypto::hash(crypto::label::kPowKnown, key, epoch, pow);
}

bool is_among(const std::vector<routing::DescriptorPtr>& relays, const routing::NodeId& relay) {
    return std::any_of(relays.begin(), relays.end(), [&](const auto& one) { return one->id == relay; });
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

Acknowledged acknowledge(const storage::BlockId& block, Time lease_end, const VaultIdentity& vault,
                         const crypto::SignKeyPair& key, const routing::NetworkParameters& network) {
    const auto message = signed_bytes(block, lease_end);
    const auto signature = crypto::sign(key, crypto::label::kAcknowledge, network.id, message);
    return Acknowledged{vault, block.index, lease_end, {}, signature};
}

wire::Acknowledgement to_wire(const Acknowledged& given) {
    wire::Acknowledgement out;
    out.set_index(given.index);
    out.set_vault_key(proto_bytes(given.vault.key));
    out.set_pow(proto_bytes(given.vault.pow));
    out.set_epoch(given.vault.epoch);
    out.set_lease_end(unix_seconds(given.lease_end));
    out.set_signature(proto_bytes(given.signature));
    if (!given.rendezvous.is_zero()) out.set_rendezvous(proto_bytes(given.rendezvous));
    return out;
}

Result<Acknowledged> check_acknowledgement(const wire::Acknowledgement& given, const storage::BlockId& block,
                                           const routing::NetworkParameters& network, Time now,
                                           ProofCache& proofs) {
    const auto signature = crypto::Signature::from(view(given.signature()));
    if (!signature || given.index() != block.index) return error(Code::malformed);
    auto vault = VaultIdentity::decode(given.vault_key(), given.pow(), given.epoch(), network, now, proofs);
    if (!vault) return vault.error();
    const auto lease_end = from_unix_seconds(given.lease_end());
    const auto message = signed_bytes(block, lease_end);
    if (!crypto::verify(vault->key, crypto::label::kAcknowledge, network.id, message, *signature)) {
        return error(Code::corrupt, "the vault's signature does not hold");
    }
    Acknowledged out{*vault, block.index, lease_end, {}, *signature};
    if (auto rendezvous = routing::NodeId::from(view(given.rendezvous()))) out.rendezvous = *rendezvous;
    return out;
}

Task<Result<Acknowledged>> ProofChecker::check(wire::Acknowledgement given, storage::BlockId block,
                                               Time lease_end, const routing::NetworkParameters& network) {
    co_await look_into(given.vault_key(), given.pow(), given.epoch(), network);
    auto checked = check_acknowledgement(given, block, network, runtime_.now(), cache_);
    if (checked && checked->lease_end < lease_end)
        co_return error(Code::corrupt, "a vault promised less than was asked");
    co_return checked;
}

bool registers_at(const Acknowledged& given, const routing::NodeId& relay, const routing::View& view,
                  std::size_t within, Time now) {
    return is_among(view.successors_of(given.vault.id(), within, now), relay);
}

bool answers_for(const storage::BlockId& block, const routing::NodeId& relay, const routing::View& view,
                 std::size_t within, Time now) {
    const auto position = routing::block_position(block.root, block.index);
    return is_among(view.successors_of(position, within, now), relay);
}

}  // namespace catacomb::node
