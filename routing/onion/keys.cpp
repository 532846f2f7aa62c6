#include "routing/onion/keys.hpp"

#include "base/check.hpp"
#include "routing/onion/geometry.hpp"

namespace catacomb::routing {
namespace {

crypto::NoiseConfig noise_config(crypto::NoiseRole role, const NetworkId& network, const NodeId& relay) {
    crypto::NoiseConfig config;
    config.pattern = crypto::NoisePattern::nk;
    config.suite = crypto::CipherSuite::chacha20_poly1305;
    config.role = role;
    config.prologue = to_bytes(crypto::hash(crypto::label::kHopPrologue, network, kOnionVersion, relay));
    return config;
}

crypto::NoiseConfig client_config(const NetworkId& network, const NodeId& relay,
                                  const crypto::AgreePublic& onion_key) {
    auto config = noise_config(crypto::NoiseRole::initiator, network, relay);
    config.remote_static = onion_key;
    return config;
}

HopSecrets secrets(crypto::NoiseHandshake& noise, crypto::CipherSuite suite) {
    const auto split = noise.split();
    return {HopKeys::derive(split, suite), split.handshake_hash};
}

// A payload would be a second way to say something: there is none.
Result<> read_empty(crypto::NoiseHandshake& noise, ByteView message) {
    if (message.size() != kHopMessage) return error(Code::malformed, "a hop message of another length");
    auto payload = noise.read_message(message);
    if (!payload) return payload.error();
    return ok();
}

}  // namespace

HopKeys HopKeys::derive(const crypto::NoiseSplit& split, crypto::CipherSuite suite) {
    namespace label = crypto::label;
    const auto key = [&](crypto::Label name) {
        return crypto::derive(name, split.initiator_to_responder, split.responder_to_initiator,
                              split.handshake_hash, static_cast<std::uint8_t>(suite));
    };
    return {suite,
            key(label::kForwardSeal),
            key(label::kForwardFiller),
            key(label::kBackwardOrigin),
            key(label::kBackwardLayer),
            key(label::kHopSpare)};
}

HopHandshake::HopHandshake(const NetworkId& network, const NodeId& relay,
                           const crypto::AgreePublic& onion_key, crypto::CipherSuite suite, Rng& rng)
    : suite_(suite), noise_(client_config(network, relay, onion_key), rng) {}

Result<Bytes> HopHandshake::request() { return noise_.write_message({}); }

Result<HopSecrets> HopHandshake::finish(ByteView answer) {
    if (auto read = read_empty(noise_, answer); !read) return read.error();
    return secrets(noise_, suite_);
}

Result<HopAnswer> answer_hop(const NetworkId& network, const NodeId& self,
                             const crypto::AgreeKeyPair& onion_key, crypto::CipherSuite suite,
                             ByteView request, Rng& rng) {
    auto config = noise_config(crypto::NoiseRole::responder, network, self);
    config.local_static = onion_key.clone();
    crypto::NoiseHandshake noise(std::move(config), rng);
    if (auto read = read_empty(noise, request); !read) return read.error();
    auto message = noise.write_message({});
    if (!message) return message.error();
    return HopAnswer{std::move(*message), secrets(noise, suite)};
}

}  // namespace catacomb::routing
