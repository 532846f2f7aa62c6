// Noise XX and NK against the published vectors, and what both sides know at the end of a handshake.
#include "crypto/noise.hpp"

#include "tests/unit/crypto/noise_pair.hpp"
#include "tests/unit/crypto/vectors.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

using testing::hex_field;
using testing::NoisePair;
namespace data = boost::unit_test::data;

static AgreeKeyPair key_pair(const boost::json::value& vector, std::string_view field) {
    return AgreeKeyPair::from_secret(Key256::copy_of(hex_field(vector, field)));
}

// One side of a vector, its fields starting with `side`.
static NoiseConfig config_of(const boost::json::value& vector, NoiseRole role) {
    const std::string side = role == NoiseRole::initiator ? "init" : "resp";
    const auto& fields = vector.as_object();
    NoiseConfig config;
    const bool xx = fields.at("protocol_name").as_string().starts_with("Noise_XX");
    config.pattern = xx ? NoisePattern::xx : NoisePattern::nk;
    config.role = role;
    config.prologue = hex_field(vector, side + "_prologue");
    config.ephemeral_for_tests = key_pair(vector, side + "_ephemeral");
    if (fields.contains(side + "_static")) config.local_static = key_pair(vector, side + "_static");
    if (fields.contains(side + "_remote_static")) {
        config.remote_static = AgreePublic::from(hex_field(vector, side + "_remote_static"));
    }
    return config;
}

// The vector's handshake messages, byte for byte; returns how many there were.
static std::size_t play_handshake(NoisePair& pair, const boost::json::array& messages) {
    std::size_t i = 0;
    for (; !pair.initiator.finished(); ++i) {
        auto& writer = i % 2 == 0 ? pair.initiator : pair.responder;
        auto& reader = i % 2 == 0 ? pair.responder : pair.initiator;
        const auto payload = hex_field(messages.at(i), "payload");
        const auto message = writer.write_message(payload).value();
        BOOST_TEST(to_hex(message) == messages.at(i).at("ciphertext").as_string());
        BOOST_TEST((reader.read_message(message).value() == payload));
    }
    return i;
}

// The messages after the handshake: sealed with the split keys, counters from zero, no associated data. The
// two directions take turns, as in the handshake.
static void check_transport(const NoiseSplit& split, const boost::json::array& messages, std::size_t from) {
    Sealer to_responder(CipherSuite::chacha20_poly1305, split.initiator_to_responder);
    Sealer to_initiator(CipherSuite::chacha20_poly1305, split.responder_to_initiator);
    std::uint64_t counters[2] = {0, 0};
    for (std::size_t i = from; i < messages.size(); ++i) {
        auto text = hex_field(messages.at(i), "payload");
        ByteArray<kTagSize> tag;
        auto& sealer = i % 2 == 0 ? to_responder : to_initiator;
        sealer.seal(counters[i % 2]++, {}, text, tag);
        append(text, tag);
        BOOST_TEST(to_hex(text) == messages.at(i).at("ciphertext").as_string());
    }
}

BOOST_AUTO_TEST_SUITE(noise)

// Cacophony's XX and NK with ChaChaPoly and BLAKE2b: handshake, handshake hash and transport messages.
BOOST_AUTO_TEST_CASE(published_vectors) {
    const auto file = testing::load_vectors("noise.json");
    BOOST_TEST(file.at("vectors").as_array().size() == 2u);
    for (const auto& vector : file.at("vectors").as_array()) {
        NoisePair pair(config_of(vector, NoiseRole::initiator), config_of(vector, NoiseRole::responder));
        const auto& messages = vector.at("messages").as_array();
        const auto handshake_messages = play_handshake(pair, messages);
        BOOST_TEST(messages.size() > handshake_messages);
        BOOST_TEST(pair.responder.finished());
        const auto ours = pair.initiator.split();
        const auto theirs = pair.responder.split();
        BOOST_TEST(to_hex(ours.handshake_hash) == vector.at("handshake_hash").as_string());
        BOOST_TEST((ours.handshake_hash == theirs.handshake_hash));
        check_transport(ours, messages, handshake_messages);
        check_transport(theirs, messages, handshake_messages);
    }
}

static const auto kPatterns = data::make({0, 1});  // XX, NK
static const auto kSuites = data::make({1, 2});    // as on the wire

// Each pattern with each cipher: payloads arrive, turns alternate, both ends split alike and know the other's
// key where the pattern shows it.
BOOST_DATA_TEST_CASE(both_ends_agree, kPatterns* kSuites, pattern, suite) {
    auto pair = NoisePair::with(static_cast<NoisePattern>(pattern), static_cast<CipherSuite>(suite));
    bool initiators_turn = true;
    for (int i = 0; !(pair.initiator.finished() && pair.responder.finished()); ++i) {
        BOOST_REQUIRE(i < 3);
        BOOST_TEST(pair.initiator.our_turn() == initiators_turn);
        BOOST_TEST(pair.responder.our_turn() == !initiators_turn);
        const auto payload = Bytes(static_cast<std::size_t>(i) * 100, static_cast<std::uint8_t>(i));
        auto& reader = pair.reader();
        const auto message = pair.writer().write_message(payload).value();
        BOOST_TEST((reader.read_message(message).value() == payload));
        initiators_turn = !initiators_turn;
    }
    BOOST_TEST(!pair.initiator.our_turn());
    BOOST_TEST(!pair.responder.our_turn());
    BOOST_TEST((pair.initiator.remote_static() == pair.responder_static));
    const bool xx = static_cast<NoisePattern>(pattern) == NoisePattern::xx;
    BOOST_TEST((pair.responder.remote_static() == (xx ? pair.initiator_static : std::nullopt)));

    const auto ours = pair.initiator.split();
    const auto theirs = pair.responder.split();
    BOOST_TEST((ours.initiator_to_responder == theirs.initiator_to_responder));
    BOOST_TEST((ours.responder_to_initiator == theirs.responder_to_initiator));
    BOOST_TEST(!(ours.initiator_to_responder == ours.responder_to_initiator));
    BOOST_TEST((ours.handshake_hash == theirs.handshake_hash));
}

// Fresh ephemerals: the same two parties never have the same keys or transcript twice.
BOOST_AUTO_TEST_CASE(handshakes_never_repeat) {
    auto one = NoisePair::with(NoisePattern::nk, CipherSuite::chacha20_poly1305, 1);
    auto two = NoisePair::with(NoisePattern::nk, CipherSuite::chacha20_poly1305, 2);
    one.finish();
    two.finish();
    const auto first = one.initiator.split();
    const auto second = two.initiator.split();
    BOOST_TEST(!(first.initiator_to_responder == second.initiator_to_responder));
    BOOST_TEST((first.handshake_hash != second.handshake_hash));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
