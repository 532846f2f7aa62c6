// Both ends of one Noise handshake, for tests.
#pragma once

#include "crypto/noise.hpp"
#include "crypto/random.hpp"

namespace catacomb::testing {

struct NoisePair {
    NoisePair(crypto::NoiseConfig initiator_config, crypto::NoiseConfig responder_config,
              std::uint64_t seed = 1)
        : rng(seed),
          initiator(std::move(initiator_config), rng),
          responder(std::move(responder_config), rng) {}

    // Both with the same suite and prologue; static keys do not depend on `seed`, ephemerals do.
    static NoisePair with(crypto::NoisePattern pattern, crypto::CipherSuite suite, std::uint64_t seed = 1) {
        return NoisePair(config(pattern, suite, crypto::NoiseRole::initiator),
                         config(pattern, suite, crypto::NoiseRole::responder), seed);
    }
    static crypto::NoiseConfig config(crypto::NoisePattern pattern, crypto::CipherSuite suite,
                                      crypto::NoiseRole role) {
        const bool nk = pattern == crypto::NoisePattern::nk;
        const bool initiates = role == crypto::NoiseRole::initiator;
        crypto::NoiseConfig out;
        out.pattern = pattern;
        out.suite = suite;
        out.role = role;
        out.prologue = to_bytes("prologue");
        if (nk && initiates) {
            out.remote_static = static_key("responder").public_key;
        } else {
            out.local_static = static_key(initiates ? "initiator" : "responder");
        }
        return out;
    }
    static crypto::AgreeKeyPair static_key(std::string_view whose) {
        return crypto::AgreeKeyPair::generate(*crypto::SeededRng(0).split(whose));
    }

    // Whose turn it is. Requires: not finished.
    crypto::NoiseHandshake& writer() { return initiator.our_turn() ? initiator : responder; }
    crypto::NoiseHandshake& reader() { return initiator.our_turn() ? responder : initiator; }
    // Plays `count` messages with empty payloads.
    void play(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            auto& to = reader();
            const auto message = writer().write_message({}).value();
            to.read_message(message).value();
        }
    }
    void finish() {
        while (!(initiator.finished() && responder.finished())) play(1);
    }

    crypto::SeededRng rng;
    crypto::NoiseHandshake initiator;
    crypto::NoiseHandshake responder;
    std::optional<crypto::AgreePublic> initiator_static = static_key("initiator").public_key;
    std::optional<crypto::AgreePublic> responder_static = static_key("responder").public_key;
};

}  // namespace catacomb::testing
