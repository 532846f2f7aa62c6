#include "node/protocol/acknowledgement.hpp"

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

bool is_among(const std::vector<routing::DescriptorPtr>& relays, const routing::NodeId& relay) {
    return std::any_of(relays.begin(), relays.end(), [&](const auto& one) { return one->id == relay; });
}

}  // namespace

Acknowledged acknowledge(const storage::BlockId& block, Time lease_end, const VaultIdentity& vault,
                         const crypto::SignKeyPair& key, const routing::NetworkParameters& network) {
    const auto message = signed_bytes(block, lease_end);
    const auto signature = crypto::sign(key, crypto::label::kAcknowledge, network.id, message);
    return Acknowledged{vault, block.index, lease_end, {}, signature};
}

wire::Acknowledgement to_wire(const Acknowledged& given) {
    wire::Acknowledgement out;
    out.set_index(given.index);
    given.vault.write(out);
    out.set_lease_end(unix_seconds(given.lease_end));
    out.set_signature(proto_bytes(given.signature));
    if (!given.rendezvous.is_zero()) out.set_rendezvous(proto_bytes(given.rendezvous));
    return out;
}

Result<Acknowledged> read_acknowledgement(const wire::Acknowledgement& given, const storage::BlockId& block,
                                          const routing::NetworkParameters& network, Time now) {
    const auto signature = crypto::Signature::from(view(given.signature()));
    if (!signature || given.index() != block.index) return error(Code::malformed);
    auto vault = VaultIdentity::read(given, network, now);
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

Task<Result<Acknowledged>> check_acknowledgement(ProofChecker& proofs, wire::Acknowledgement given,
                                                 storage::BlockId block, Time lease_end,
                                                 const routing::NetworkParameters& network) {
    auto given_for = read_acknowledgement(given, block, network, proofs.runtime().now());
    if (!given_for) co_return given_for.error();
    if (given_for->lease_end < lease_end)
        co_return error(Code::corrupt, "a vault promised less than was asked");
    const auto claims = given_for->vault.claims(network);
    const auto worked = co_await proofs.check(ProofChecker::Lane::acknowledgements, claims);
    if (!worked) co_return worked.error();
    co_return given_for;
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
