#include "node/protocol/renewal.hpp"

#include "base/codec.hpp"
#include "node/protocol/admits.hpp"
#include "node/protocol/block_nonce.hpp"

namespace catacomb::node {
namespace {

constexpr std::uint8_t kManyRenewed = 2;  // where a single word says STORED or RENEWED

Bytes signed_bytes(const RenewalAsked& asked, const std::vector<BlockMask>& masks, Time granted,
                   const routing::VaultId& vault) {
    Writer out;
    out.u8(kAcknowledgementVersion).u8(kManyRenewed).raw(vault).u64(unix_seconds(granted)).raw(asked.nonce);
    out.u32(static_cast<std::uint32_t>(asked.items.size()));
    for (std::size_t i = 0; i < asked.items.size(); ++i)
        out.raw(asked.items[i].root).u64(masks[i]).u32(asked.items[i].size);
    return out.take();
}

// The masks, each within what was asked.
Result<std::vector<BlockMask>> read_masks(const wire::Renewed& given, const RenewalAsked& asked) {
    std::vector<BlockMask> out(given.masks().begin(), given.masks().end());
    if (out.size() != asked.items.size()) return error(Code::malformed);
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i] & ~asked.items[i].mask) return error(Code::malformed);
    }
    return out;
}

}  // namespace

wire::Renewed sign_renewal(const RenewalAsked& asked, const Renewed& renewed, const crypto::SignKeyPair& key,
                           const routing::NetworkParameters& network) {
    wire::Renewed out;
    out.set_version(kAcknowledgementVersion);
    renewed.vault.write(out);
    out.set_lease_end(unix_seconds(renewed.lease_end));
    for (const auto mask : renewed.masks) out.add_masks(mask);
    const auto message = signed_bytes(asked, renewed.masks, renewed.lease_end, renewed.vault.id());
    out.set_signature(proto_bytes(crypto::sign(key, crypto::label::kAcknowledge, network.id, message)));
    return out;
}

wire::Renewed without_additions(const wire::Renewed& given) {
    wire::Renewed out;
    out.set_version(given.version());
    out.set_vault_key(given.vault_key());
    out.set_founding(given.founding());
    out.set_epoch(given.epoch());
    out.set_lease_end(given.lease_end());
    *out.mutable_masks() = given.masks();
    out.set_signature(given.signature());
    out.set_ticket(given.ticket());
    *out.mutable_items() = given.items();
    out.set_rendezvous(given.rendezvous());
    return out;
}

Result<Renewed> read_renewed(const wire::Renewed& given, const RenewalAsked& asked,
                             const routing::NetworkParameters& network, Time now) {
    if (auto good = check_version(given.version()); !good) return good.error();
    const auto signature = crypto::Signature::from(view(given.signature()));
    auto masks = read_masks(given, asked);
    if (!signature || !masks) return error(Code::malformed);
    auto vault = VaultIdentity::read(given, network, now);
    if (!vault) return vault.error();
    const auto granted = from_unix_seconds(given.lease_end());
    const auto message = signed_bytes(asked, *masks, granted, vault->id());
    if (!crypto::verify(vault->key, crypto::label::kAcknowledge, network.id, message, *signature))
        return error(Code::corrupt, "the vault's signature does not hold");
    if (auto good = check_lease(granted, asked.lease_end, now); !good) return good.error();
    return Renewed{*vault, std::move(*masks), granted};
}

Result<RenewalAsked> asked_of_vault(const wire::Renewed& given, const RenewalAsked& of_relay,
                                    const routing::NetworkParameters& network, Time now) {
    const auto vault = VaultIdentity::read(given, network, now);
    if (!vault || given.items().empty()) return error(Code::malformed);
    RenewalAsked out;
    out.lease_end = of_relay.lease_end;
    out.nonce = vault_nonce(of_relay.nonce, vault->id());
    std::size_t next = 0;
    for (const auto number : given.items()) {
        if (number < next || number >= of_relay.items.size()) return error(Code::malformed);
        out.items.push_back(of_relay.items[number]);
        next = std::size_t{number} + 1;
    }
    return out;
}

Task<Result<Renewed>> check_renewed(ProofChecker& proofs, ProofSource from, wire::Renewed given,
                                    RenewalAsked asked, const routing::NetworkParameters& network) {
    const auto now = proofs.runtime().now();
    // A version that we do not know is told by name.
    if (auto good = check_version(given.version()); !good) co_return good.error();
    if (auto good = admits(proofs, from, given, network, now); !good) co_return good.error();
    auto word = read_renewed(given, asked, network, now);
    if (!word) co_return word.error();
    const auto claims = word->vault.claims(network);
    const auto worked = co_await proofs.check(ProofChecker::Lane::acknowledgements, from, claims);
    if (!worked) co_return worked.error();
    co_return word;
}

}  // namespace catacomb::node
