// Proves: the hop handshake gives both ends the same keys and only them; it fails for another relay, network
// or onion key, and for every changed byte or length of either message.
#include "routing/onion/keys.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {
namespace {

using crypto::CipherSuite;

struct Hop {
    crypto::SeededRng rng{1};
    NetworkId network = rng.opaque<NetworkId>();
    NodeId relay = rng.opaque<NodeId>();
    crypto::AgreeKeyPair onion = crypto::AgreeKeyPair::generate(rng);
    CipherSuite suite = CipherSuite::aes_256_gcm;

    HopHandshake client() { return HopHandshake(network, relay, onion.public_key, suite, rng); }
    Result<HopAnswer> answer(ByteView request) {
        return answer_hop(network, relay, onion, suite, request, rng);
    }
};

bool same(const HopKeys& a, const HopKeys& b) {
    return a.suite == b.suite && a.forward_seal == b.forward_seal && a.forward_filler == b.forward_filler &&
           a.backward_origin == b.backward_origin && a.backward_layer == b.backward_layer &&
           a.spare == b.spare;
}

BOOST_FIXTURE_TEST_SUITE(onion_keys, Hop)

BOOST_AUTO_TEST_CASE(both_ends_share_keys_and_hash) {
    for (const auto one : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        suite = one;
        auto handshake = client();
        const auto request = handshake.request();
        BOOST_REQUIRE(request);
        BOOST_TEST(request->size() == kHopMessage);
        const auto answered = answer(*request);
        BOOST_REQUIRE(answered);
        BOOST_TEST(answered->message.size() == kHopMessage);
        const auto finished = handshake.finish(answered->message);
        BOOST_REQUIRE(finished);
        BOOST_TEST(same(finished->keys, answered->secrets.keys));
        BOOST_TEST(equal(finished->handshake_hash, answered->secrets.handshake_hash));
        BOOST_TEST((finished->keys.suite == one));
    }
}

BOOST_AUTO_TEST_CASE(the_five_keys_differ_and_the_cipher_is_part_of_them) {
    crypto::NoiseSplit split;
    const auto aes = HopKeys::derive(split, CipherSuite::aes_256_gcm);
    const auto chacha = HopKeys::derive(split, CipherSuite::chacha20_poly1305);
    const std::vector<const crypto::Key256*> keys{
        &aes.forward_seal, &aes.forward_filler,  &aes.backward_origin,   &aes.backward_layer,
        &aes.spare,        &chacha.forward_seal, &chacha.forward_filler, &chacha.spare};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) BOOST_TEST(!(*keys[i] == *keys[j]));
    }
}

BOOST_AUTO_TEST_CASE(only_the_relay_it_was_made_for_can_answer) {
    auto handshake = client();
    const auto request = handshake.request();
    BOOST_REQUIRE(request);
    const auto fails = [&](const NetworkId& on, const NodeId& self, const crypto::AgreeKeyPair& key) {
        const auto answered = answer_hop(on, self, key, suite, *request, rng);
        return answered.has_error() && answered.error().is(Code::corrupt);
    };
    BOOST_TEST(fails(rng.opaque<NetworkId>(), relay, onion));
    BOOST_TEST(fails(network, rng.opaque<NodeId>(), onion));
    BOOST_TEST(fails(network, relay, crypto::AgreeKeyPair::generate(rng)));
    BOOST_TEST(!fails(network, relay, onion));
}

BOOST_AUTO_TEST_CASE(every_changed_byte_and_length_fails) {
    auto probe = client();
    const auto request = probe.request();
    BOOST_REQUIRE(request);
    for (std::size_t i = 0; i < kHopMessage; ++i) {
        auto changed = *request;
        changed[i] ^= 1;
        BOOST_TEST(!answer(changed));
        auto handshake = client();
        const auto answered = answer(*handshake.request());
        BOOST_REQUIRE(answered);
        auto message = answered->message;
        message[i] ^= 1;
        BOOST_TEST(!handshake.finish(message));
        BOOST_TEST(!answer(ByteView(*request).first(i)));
    }
    auto longer = *request;
    longer.push_back(0);
    BOOST_TEST(!answer(longer));
}

BOOST_AUTO_TEST_CASE(an_onion_key_of_low_order_is_refused) {
    onion.public_key = {};
    BOOST_TEST(!client().request());
    BOOST_TEST(!answer(Bytes(kHopMessage)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
