#include "node/protocol/acknowledgement.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/log.hpp"
#include "node/protocol/admits.hpp"
#include "routing/rendezvous/placement.hpp"

namespace catacomb::node {
namespace {

using WordKind = wire::Acknowledgement::Kind;

Bytes signed_bytes(WordKind kind, const Asked& asked, Time granted, const routing::VaultId& vault) {
    Writer out;
    out.u8(kAcknowledgementVersion).u8(static_cast<std::uint8_t>(kind)).raw(vault);
    out.raw(asked.block.root).u8(asked.block.index).u32(asked.size).u64(unix_seconds(granted));
    return out.raw(asked.nonce).take();
}

// What is wrong with the fields that need no key.
Result<> check_form(const wire::Acknowledgement& given, const Asked& asked) {
    if (auto good = check_version(given.version()); !good) return good;
    if (given.kind() != wire::Acknowledgement::STORED && given.kind() != wire::Acknowledgement::RENEWED)
        return error(Code::malformed);
    if (!given.batch_path().empty() || given.index() != asked.block.index || given.size() != asked.size)
        return error(Code::malformed);
    if (asked.lease_only && given.kind() != wire::Acknowledgement::RENEWED) return error(Code::malformed);
    return ok();
}

bool is_among(const std::vector<routing::DescriptorPtr>& relays, const routing::NodeId& relay) {
    return std::any_of(relays.begin(), relays.end(), [&](const auto& one) { return one->id == relay; });
}

}  // namespace

Result<> check_version(std::uint32_t version) {
    if (version != kAcknowledgementVersion) {
        return error(Code::malformed, concat("an acknowledgement of version ", version,
                                             "; this node understands version ", kAcknowledgementVersion));
    }
    return ok();
}

Acknowledged acknowledge(WordKind kind, const Asked& asked, Time granted, const VaultIdentity& vault,
                         const crypto::SignKeyPair& key, const routing::NetworkParameters& network) {
    const auto message = signed_bytes(kind, asked, granted, vault.id());
    const auto signature = crypto::sign(key, crypto::label::kAcknowledge, network.id, message);
    return Acknowledged{vault, asked.block.index, kind, asked.size, granted, {}, signature};
}

wire::Acknowledgement to_wire(const Acknowledged& given) {
    wire::Acknowledgement out;
    out.set_version(kAcknowledgementVersion);
    out.set_kind(given.kind);
    out.set_index(given.index);
    out.set_size(given.size);
    given.vault.write(out);
    out.set_lease_end(unix_seconds(given.lease_end));
    out.set_signature(proto_bytes(given.signature));
    if (!given.rendezvous.is_zero()) out.set_rendezvous(proto_bytes(given.rendezvous));
    return out;
}

Result<Acknowledged> read_acknowledgement(const wire::Acknowledgement& given, const Asked& asked,
                                          const routing::NetworkParameters& network, Time now) {
    if (auto good = check_form(given, asked); !good) return good.error();
    const auto signature = crypto::Signature::from(view(given.signature()));
    if (!signature) return error(Code::malformed);
    auto vault = VaultIdentity::read(given, network, now);
    if (!vault) return vault.error();
    const auto granted = from_unix_seconds(given.lease_end());
    const auto message = signed_bytes(given.kind(), asked, granted, vault->id());
    if (!crypto::verify(vault->key, crypto::label::kAcknowledge, network.id, message, *signature)) {
        return error(Code::corrupt, "the vault's signature does not hold");
    }
    if (auto good = check_lease(granted, asked.lease_end, now); !good) return good.error();
    Acknowledged out{*vault, asked.block.index, given.kind(), asked.size, granted, {}, *signature};
    if (auto rendezvous = routing::NodeId::from(view(given.rendezvous()))) out.rendezvous = *rendezvous;
    return out;
}

Task<Result<Acknowledged>> check_acknowledgement(ProofChecker& proofs, ProofSource from,
                                                 wire::Acknowledgement given, Asked asked,
                                                 const routing::NetworkParameters& network) {
    const auto now = proofs.runtime().now();
    // A version that we do not know is told by name.
    if (auto good = check_version(given.version()); !good) co_return good.error();
    if (auto good = admits(proofs, from, given, network, now); !good) co_return good.error();
    auto word = read_acknowledgement(given, asked, network, now);
    if (!word) co_return word.error();
    const auto claims = word->vault.claims(network);
    const auto worked = co_await proofs.check(ProofChecker::Lane::acknowledgements, from, claims);
    if (!worked) co_return worked.error();
    co_return word;
}

bool registers_at(const routing::VaultId& vault, const routing::NodeId& relay, const routing::View& view,
                  std::size_t within, Time now) {
    return is_among(view.successors_of(vault, within, now), relay);
}

bool answers_for(const storage::BlockId& block, const routing::NodeId& relay, const routing::View& view,
                 std::size_t within, Time now) {
    const auto position = routing::block_position(block.root, block.index);
    return is_among(view.successors_of(position, within, now), relay);
}

}  // namespace catacomb::node
