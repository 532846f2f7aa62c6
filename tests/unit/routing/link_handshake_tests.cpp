// Proves: a link's handshake is three frames of the one size that tell a listener nothing; both ends learn
// each other's key and payload and agree on a cipher; and it fails for another network, for every changed
// byte, for truncation, for messages out of turn and for payloads out of form.
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "routing/link/handshake.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace catacomb::routing {
namespace {

using crypto::CipherSuite;
using crypto::NoiseRole;

constexpr auto kAes = CipherSuite::aes_256_gcm;
constexpr auto kChaCha = CipherSuite::chacha20_poly1305;

struct Pair {
    crypto::SeededRng rng{1};
    crypto::NetworkId network = rng.opaque<crypto::NetworkId>();
    crypto::AgreeKeyPair initiator_key = crypto::AgreeKeyPair::generate(rng);
    crypto::AgreeKeyPair responder_key = crypto::AgreeKeyPair::generate(rng);
    Bytes initiator_payload = to_bytes("who dials");
    Bytes responder_payload = Bytes(kLinkPayloadMax, 0x42);
    CipherSuite initiator_prefers = kAes, responder_prefers = kAes;

    LinkHandshake initiator() {
        return LinkHandshake(NoiseRole::initiator, network, initiator_key.clone(), initiator_payload, rng,
                             initiator_prefers);
    }
    LinkHandshake responder() {
        return LinkHandshake(NoiseRole::responder, network, responder_key.clone(), responder_payload, rng,
                             responder_prefers);
    }
};

// Hands `frame` over; the reply where there must be one.
Bytes reply_to(LinkHandshake& to, ByteView frame) {
    auto reply = to.consume(frame);
    BOOST_REQUIRE(reply && *reply);
    return std::move(**reply);
}

struct Transcript {
    Bytes first, second, third;
};
Transcript run(LinkHandshake& initiator, LinkHandshake& responder) {
    Transcript said;
    said.first = initiator.start();
    said.second = reply_to(responder, said.first);
    said.third = reply_to(initiator, said.second);
    const auto last = responder.consume(said.third);
    BOOST_REQUIRE((last && !*last));
    BOOST_REQUIRE((initiator.finished() && responder.finished()));
    return said;
}

bool occurs_in(ByteView needle, ByteView text) {
    return std::search(text.begin(), text.end(), needle.begin(), needle.end()) != text.end();
}

BOOST_FIXTURE_TEST_SUITE(link_handshake, Pair)

BOOST_AUTO_TEST_CASE(both_ends_learn_keys_payloads_and_one_hash) {
    auto a = initiator(), b = responder();
    run(a, b);
    BOOST_TEST((a.remote_static() == responder_key.public_key));
    BOOST_TEST((b.remote_static() == initiator_key.public_key));
    BOOST_TEST(equal(a.remote_payload(), responder_payload));
    BOOST_TEST(equal(b.remote_payload(), initiator_payload));
    BOOST_TEST(equal(a.handshake_hash(), b.handshake_hash()));
    auto from = a.frame_cipher(), to = b.frame_cipher();
    Bytes frame(kFrameSize, 0x11);
    from.seal(frame);
    BOOST_TEST(to.open(frame));
    to.seal(frame);
    BOOST_TEST(from.open(frame));
}

BOOST_AUTO_TEST_CASE(aes_only_when_both_prefer_it) {
    for (const auto one : {kAes, kChaCha}) {
        for (const auto other : {kAes, kChaCha}) {
            initiator_prefers = one;
            responder_prefers = other;
            auto a = initiator(), b = responder();
            run(a, b);
            const auto wanted = one == kAes && other == kAes ? kAes : kChaCha;
            BOOST_TEST((a.frame_cipher().suite() == wanted));
            BOOST_TEST((b.frame_cipher().suite() == wanted));
        }
    }
}

BOOST_AUTO_TEST_CASE(every_message_has_the_one_size_and_tells_nothing) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{16}, kLinkPayloadMax}) {
        initiator_payload = responder_payload = Bytes(length, 0x42);
        auto a = initiator(), b = responder();
        const auto said = run(a, b);
        for (const auto* frame : {&said.first, &said.second, &said.third}) {
            BOOST_TEST(frame->size() == kFrameSize);
            BOOST_TEST(!occurs_in(network, *frame));
            BOOST_TEST(!occurs_in(initiator_key.public_key, *frame));
            BOOST_TEST(!occurs_in(responder_key.public_key, *frame));
            BOOST_TEST(!occurs_in(Bytes(16, 0x42), *frame));
            BOOST_TEST(!occurs_in(Bytes(16, 0), *frame));
        }
    }
}

BOOST_AUTO_TEST_CASE(another_network_is_no_peer) {
    auto a = initiator();
    network = rng.opaque<crypto::NetworkId>();
    auto b = responder();
    const auto second = reply_to(b, a.start());
    const auto refused = a.consume(second);
    BOOST_TEST((refused.has_error() && refused.error().is(Code::corrupt)));
    BOOST_TEST(!a.finished());
}

// A changed first message is found when the second arrives: nothing authenticates before.
BOOST_AUTO_TEST_CASE(every_changed_byte_fails) {
    constexpr std::size_t kStep = 61;  // and all of the keys and tags at the ends
    for (std::size_t i = 0; i < kFrameSize; i += i < 128 || i + 32 > kFrameSize ? 1 : kStep) {
        for (int changed = 0; changed < 3; ++changed) {
            auto a = initiator(), b = responder();
            const auto deliver = [&](int number, Bytes frame, LinkHandshake& to) {
                if (number == changed) frame[i] ^= 0x08;
                return to.consume(frame);
            };
            const auto second = deliver(0, a.start(), b);
            BOOST_REQUIRE(second);
            const auto third = deliver(1, **second, a);
            if (third) BOOST_REQUIRE(!deliver(2, **third, b));
            BOOST_REQUIRE(third.has_value() == (changed == 2));
            BOOST_REQUIRE(!b.finished());
        }
    }
}

BOOST_AUTO_TEST_CASE(other_sizes_and_messages_out_of_turn_are_refused_for_good) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{32}, kFrameSize - 1, kFrameSize + 1}) {
        auto a = initiator(), b = responder();
        auto first = a.start();
        const auto whole = first;
        first.resize(size);
        BOOST_TEST(!b.consume(first));
        BOOST_TEST(!b.consume(whole));  // spent
    }
    auto a = initiator(), b = responder();
    const auto said = run(a, b);
    BOOST_TEST(!b.consume(said.third));
    BOOST_TEST(!a.consume(said.second));
    auto early = initiator();
    BOOST_TEST(!early.consume(said.second));
    auto replayed = responder();
    BOOST_TEST(!!replayed.consume(said.first));
    BOOST_TEST(!replayed.consume(said.third));
}

// Whoever knows the network can finish the handshake's mathematics and still say what is no payload.
BOOST_AUTO_TEST_CASE(a_payload_out_of_form_is_refused) {
    const auto accepted = [&](ByteView payload) {
        crypto::NoiseConfig config;
        config.prologue = to_bytes(crypto::hash(crypto::label::kLinkPrologue, network, kLinkVersion));
        config.local_static = initiator_key.clone();
        crypto::NoiseHandshake forger(std::move(config), rng);
        auto b = responder();
        const auto second = reply_to(b, *forger.write_message(Bytes(kFrameSize - 32)));
        BOOST_REQUIRE(forger.read_message(second));
        const auto last = b.consume(*forger.write_message(payload));
        BOOST_TEST(last.has_value() == b.finished());
        BOOST_TEST((last || last.error().is(Code::malformed)));
        return last.has_value();
    };
    constexpr std::size_t kRoom = kFrameSize - 48 - 16;
    const auto with = [&](std::uint8_t flags, std::size_t length) {
        Bytes payload(kRoom);
        payload[0] = flags;
        payload[1] = static_cast<std::uint8_t>(length);
        payload[2] = static_cast<std::uint8_t>(length >> 8);
        return payload;
    };
    BOOST_TEST(accepted(with(1, 0)));
    BOOST_TEST(accepted(with(0, kLinkPayloadMax)));
    BOOST_TEST(!accepted(with(0, kLinkPayloadMax + 1)));
    BOOST_TEST(!accepted(with(0, kRoom - 2)));
    BOOST_TEST(!accepted(with(0, 0xffff)));
    BOOST_TEST(!accepted(with(2, 0)));
    auto trailing = with(0, 5);
    trailing.back() = 1;
    BOOST_TEST(!accepted(trailing));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_key_of_low_order_is_refused) {
    auto b = responder();
    BOOST_TEST(!b.consume(Bytes(kFrameSize)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::routing
