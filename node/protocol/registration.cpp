#include "node/protocol/registration.hpp"

#include "base/codec.hpp"
#include "node/protocol/admits.hpp"
#include "routing/descriptor.hpp"

namespace catacomb::node {
namespace {

// The relay, this very circuit, and all fields.
Bytes signed_bytes(const RegistrationPlace& place, const wire::Register& request) {
    Writer out;
    out.raw(place.relay)
        .raw(place.handshake_hash)
        .sized(view(request.vault_key()))
        .sized(view(request.founding()))
        .sized(view(request.ticket()));
    out.u32(request.epoch()).u32(request.capacity_class()).sized(view(request.inventory_digest()));
    return out.u32(request.inventory_bits()).take();
}

Result<> check_signature(const wire::Register& request, const RegistrationPlace& place,
                         const routing::NetworkParameters& network) {
    const auto key = crypto::VerifyKey::from(view(request.vault_key()));
    const auto signature = crypto::Signature::from(view(request.signature()));
    const auto message = signed_bytes(place, request);
    if (!key || !signature ||
        !crypto::verify(*key, crypto::label::kRegister, network.id, message, *signature)) {
        return error(Code::corrupt, "the registration is not signed by the vault's key");
    }
    return ok();
}

}  // namespace

wire::Register sign_registration(const Registration& registration, const RegistrationPlace& place,
                                 const crypto::SignKeyPair& key, const routing::NetworkParameters& network) {
    wire::Register out;
    registration.vault.write(out);
    out.set_capacity_class(registration.capacity_class);
    out.set_inventory_digest(proto_bytes(registration.inventory_digest));
    out.set_inventory_bits(registration.inventory_bits);
    const auto message = signed_bytes(place, out);
    out.set_signature(proto_bytes(crypto::sign(key, crypto::label::kRegister, network.id, message)));
    return out;
}

Task<Result<Registration>> check_registration(ProofChecker& proofs, ProofSource from, wire::Register request,
                                              RegistrationPlace place,
                                              const routing::NetworkParameters& network) {
    const auto now = proofs.runtime().now();
    if (auto good = admits(proofs, from, request, network, now); !good) co_return good.error();
    if (auto good = check_signature(request, place, network); !good) co_return good.error();
    const auto digest = crypto::Digest::from(view(request.inventory_digest()));
    if (!digest || request.capacity_class() > routing::kMaxCapacityClass ||
        request.inventory_bits() > routing::Inventory::kMostBits) {
        co_return error(Code::malformed);
    }
    auto vault = VaultIdentity::read(request, network, now);
    if (!vault) co_return vault.error();
    const auto claims = vault->claims(network);
    const auto worked = co_await proofs.check(ProofChecker::Lane::registrations, from, claims);
    if (!worked) co_return worked.error();
    co_return Registration{*vault, request.capacity_class(), *digest, request.inventory_bits()};
}

}  // namespace catacomb::node
