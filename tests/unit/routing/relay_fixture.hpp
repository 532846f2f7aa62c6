// Relays for tests: signed descriptors of made-up identities on a test network.
#pragma once

#include "crypto/random.hpp"
#include "routing/proofs/minting.hpp"

namespace catacomb::tests {

inline const routing::NetworkParameters& test_network() {
    static const auto network = routing::NetworkParameters::testnet("unit tests");
    return network;
}

inline constexpr Time kTestNow = Time(hours(24 * 365 * 50));

struct TestRelay {
    crypto::SignKeyPair key;
    routing::Descriptor fields;

    TestRelay(Rng& rng, const routing::Endpoint& address, Time now = kTestNow,
              const routing::NetworkParameters& network = test_network())
        : key(crypto::SignKeyPair::generate(rng)) {
        fields.proofs = make_proofs(routing::IdentityKind::relay, key.public_key, network, now, rng).value();
        fields.link_key = crypto::AgreeKeyPair::generate(rng).public_key;
        fields.onion_key = crypto::AgreeKeyPair::generate(rng).public_key;
        fields.addresses = {address};
        fields.published = now;
        fields.expires = now + hours(24);
        fields.incarnation = 1;
    }
    TestRelay(crypto::SignKeyPair with, routing::Descriptor fields_of)
        : key(std::move(with)), fields(std::move(fields_of)) {}

    Result<routing::DescriptorPtr> sign(const routing::NetworkParameters& network = test_network()) const {
        return routing::sign_descriptor(fields, key, network);
    }
    routing::DescriptorPtr descriptor() const { return sign().value(); }
};

// 10.x.y.1, one /16 for each 256 relays.
inline routing::Endpoint test_address(std::uint32_t number) {
    return routing::Endpoint::v4(0x0a000001 + (number << 8), 4000);
}

}  // namespace catacomb::tests
