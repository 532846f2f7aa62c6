// A few relays with good descriptors, for the fuzz targets of what carries them.
#pragma once

#include "crypto/random.hpp"
#include "routing/membership/view.hpp"
#include "routing/proofs/minting.hpp"

namespace catacomb::routing {

struct FuzzRelays {
    NetworkParameters network;
    Time now = from_unix_seconds(1'900'000'000);
    std::vector<DescriptorPtr> all;
    std::vector<crypto::AgreeKeyPair> link_keys;

    explicit FuzzRelays(std::size_t count, NetworkParameters of = NetworkParameters::testnet("fuzz"))
        : network(std::move(of)) {
        crypto::SeededRng rng(1);
        for (std::size_t i = 0; i < count; ++i) {
            const auto key = crypto::SignKeyPair::generate(rng);
            Descriptor fields;
            fields.proofs = *make_proofs(IdentityKind::relay, key.public_key, network, now, rng);
            link_keys.push_back(crypto::AgreeKeyPair::generate(rng));
            fields.link_key = link_keys.back().public_key;
            fields.onion_key = crypto::AgreeKeyPair::generate(rng).public_key;
            fields.addresses = {Endpoint::v4(0x0a000001u + (static_cast<std::uint32_t>(i) << 16), 4000)};
            fields.published = now;
            fields.expires = now + network.descriptor_lifetime;
            all.push_back(*sign_descriptor(std::move(fields), key, network));
        }
    }

    View view() const {
        View out(network);
        for (const auto& relay : all) out.insert(relay, now);
        return out;
    }
};

// Of a relay that signed two onion keys.
inline Conviction make_conviction(const NetworkParameters& network, Time now) {
    crypto::SeededRng rng(2);
    const auto key = crypto::SignKeyPair::generate(rng);
    Descriptor fields;
    fields.proofs = *make_proofs(IdentityKind::relay, key.public_key, network, now, rng);
    fields.link_key = crypto::AgreeKeyPair::generate(rng).public_key;
    fields.addresses = {Endpoint::v4(0x0a000001u, 4000)};
    fields.published = now;
    fields.expires = now + network.descriptor_lifetime;
    const auto sign = [&] {
        fields.onion_key = crypto::AgreeKeyPair::generate(rng).public_key;
        return *sign_descriptor(fields, key, network);
    };
    auto first = sign();
    auto second = sign();
    return {std::move(first), std::move(second)};
}

}  // namespace catacomb::routing
