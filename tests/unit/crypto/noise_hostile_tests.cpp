// Noise against a hostile peer or wire: whatever is changed, cut, lengthened, repeated or out of turn fails,
// and a failed handshake stays failed.
#include "tests/unit/crypto/noise_pair.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

using testing::NoisePair;

static constexpr auto kChaCha = CipherSuite::chacha20_poly1305;

struct Stage {
    NoisePattern pattern;
    std::size_t message;  // which one is tampered with, from 0
    std::size_t length;   // of that message with an empty payload
    bool authenticated;   // whether its reader notices by itself; else a later message fails
};
static constexpr Stage kStages[] = {
    {NoisePattern::xx, 0, 32, false}, {NoisePattern::xx, 1, 96, true}, {NoisePattern::xx, 2, 64, true},
    {NoisePattern::nk, 0, 48, true},  {NoisePattern::nk, 1, 48, true},
};

// A handshake about to send the stage's message.
static NoisePair pair_before(const Stage& stage) {
    auto pair = NoisePair::with(stage.pattern, kChaCha);
    pair.play(stage.message);
    return pair;
}

// Plays what is left; true when both ends finish.
static bool completes(NoisePair& pair) {
    while (!(pair.initiator.finished() && pair.responder.finished())) {
        if (!pair.initiator.our_turn() && !pair.responder.our_turn()) return false;
        auto& reader = pair.reader();
        const auto message = pair.writer().write_message({});
        if (!message || !reader.read_message(*message)) return false;
    }
    return true;
}

BOOST_AUTO_TEST_SUITE(noise_hostile)

// One flipped bit in any message: never do both ends finish, and an authenticated message is refused at once.
BOOST_AUTO_TEST_CASE(every_flipped_bit_fails) {
    for (const auto& stage : kStages) {
        for (std::size_t bit = 0; bit < stage.length * 8; ++bit) {
            auto pair = pair_before(stage);
            auto& reader = pair.reader();
            auto message = pair.writer().write_message({}).value();
            BOOST_REQUIRE(message.size() == stage.length);
            message[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            const auto payload = reader.read_message(message);
            if (stage.authenticated) BOOST_TEST(!payload, stage.message << " bit " << bit);
            BOOST_TEST((!payload || !completes(pair)), stage.message << " bit " << bit);
        }
    }
}

// Every proper prefix of every message is refused as malformed or corrupt. (XX's first message carries no
// tag: only a cut into the key shows.)
BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    for (const auto& stage : kStages) {
        for (std::size_t length = 0; length < stage.length; ++length) {
            auto pair = pair_before(stage);
            auto& reader = pair.reader();
            auto message = pair.writer().write_message({}).value();
            message.resize(length);
            const auto payload = reader.read_message(message);
            BOOST_REQUIRE(!payload);
            BOOST_TEST((payload.error().is(Code::malformed) || payload.error().is(Code::corrupt)));
            if (length < 32) BOOST_TEST(payload.error().is(Code::malformed));
        }
    }
}

// Bytes added to a message are refused where it is sealed, and those over Noise's maximum everywhere.
BOOST_AUTO_TEST_CASE(lengthened_messages_are_refused) {
    for (const auto& stage : kStages) {
        for (std::size_t length : {stage.length + 1, std::size_t{65536}}) {
            if (!stage.authenticated && length < 65536) continue;
            auto pair = pair_before(stage);
            auto& reader = pair.reader();
            auto message = pair.writer().write_message({}).value();
            message.resize(length);
            BOOST_TEST(!reader.read_message(message), stage.message);
        }
    }
}

// What cannot decrypt is Code::corrupt; after it the handshake takes not even the true message.
BOOST_AUTO_TEST_CASE(a_failure_spends_the_handshake) {
    auto pair = NoisePair::with(NoisePattern::nk, kChaCha);
    const auto message = pair.initiator.write_message({}).value();
    auto forged = message;
    forged.back() ^= 1;
    const auto refused = pair.responder.read_message(forged);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().is(Code::corrupt));
    BOOST_TEST(!pair.responder.read_message(message));
    BOOST_TEST(!pair.responder.our_turn());
    BOOST_TEST(!pair.responder.finished());
}

// A peer's key from a message that then failed is not kept: nobody has proved to hold it.
BOOST_AUTO_TEST_CASE(an_unproved_key_is_forgotten) {
    auto pair = NoisePair::with(NoisePattern::xx, kChaCha);
    pair.play(1);
    auto message = pair.responder.write_message({}).value();
    message.back() ^= 1;  // the payload's tag: the static key before it still decrypts
    BOOST_TEST(!pair.initiator.read_message(message));
    BOOST_TEST(!pair.initiator.remote_static().has_value());
}

// Different prologues (another network, another version) never meet.
BOOST_AUTO_TEST_CASE(prologues_must_match) {
    for (auto pattern : {NoisePattern::xx, NoisePattern::nk}) {
        auto other = NoisePair::config(pattern, kChaCha, NoiseRole::responder);
        other.prologue = to_bytes("prologuf");
        NoisePair pair(NoisePair::config(pattern, kChaCha, NoiseRole::initiator), std::move(other));
        BOOST_TEST(!completes(pair));
    }
}

// Neither do different suites: their names are in the transcript.
BOOST_AUTO_TEST_CASE(suites_must_match) {
    for (auto pattern : {NoisePattern::xx, NoisePattern::nk}) {
        NoisePair pair(NoisePair::config(pattern, kChaCha, NoiseRole::initiator),
                       NoisePair::config(pattern, CipherSuite::aes_256_gcm, NoiseRole::responder));
        BOOST_TEST(!completes(pair));
    }
}

// NK: only the holder of the expected key can answer, or even read.
BOOST_AUTO_TEST_CASE(nk_proves_the_responder) {
    auto config = NoisePair::config(NoisePattern::nk, kChaCha, NoiseRole::responder);
    config.local_static = NoisePair::static_key("somebody else");
    NoisePair pair(NoisePair::config(NoisePattern::nk, kChaCha, NoiseRole::initiator), std::move(config));
    const auto message = pair.initiator.write_message({}).value();
    BOOST_TEST(!pair.responder.read_message(message));
}

// A peer's key of low order would make the shared secret known to all: Code::malformed.
BOOST_AUTO_TEST_CASE(low_order_keys_are_refused) {
    auto nk = NoisePair::with(NoisePattern::nk, kChaCha);
    auto message = nk.initiator.write_message({}).value();
    fill_zero(MutableBytes(message).first(32));
    const auto read = nk.responder.read_message(message);
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.error().is(Code::malformed));

    auto config = NoisePair::config(NoisePattern::nk, kChaCha, NoiseRole::initiator);
    config.remote_static = AgreePublic();
    SeededRng rng(1);
    NoiseHandshake initiator(std::move(config), rng);
    const auto written = initiator.write_message({});
    BOOST_REQUIRE(!written);
    BOOST_TEST(written.error().is(Code::malformed));
    BOOST_TEST(!initiator.our_turn());
}

// Messages out of turn are refused without harm: the right one is still taken.
BOOST_AUTO_TEST_CASE(messages_out_of_turn_are_refused) {
    auto pair = NoisePair::with(NoisePattern::xx, kChaCha);
    BOOST_TEST(!pair.initiator.read_message(Bytes(32, 1)));
    const auto first = pair.initiator.write_message({}).value();
    BOOST_TEST(bool(pair.responder.read_message(first)));
    BOOST_TEST(!pair.responder.read_message(first));
    BOOST_TEST(completes(pair));
    BOOST_TEST(!pair.responder.read_message(first));
    BOOST_TEST(pair.responder.finished());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
