// A circuit of three hops with fixed keys, for the fuzz targets of cells.
#pragma once

#include "base/check.hpp"
#include "crypto/random.hpp"
#include "routing/onion/origin_layers.hpp"
#include "routing/onion/relay_layers.hpp"

namespace catacomb::routing {

struct FuzzCircuit {
    static constexpr std::size_t kHops = 3;
    static constexpr std::size_t kCell = 200;

    crypto::SeededRng rng{1};
    OriginLayers origin;
    std::vector<RelayLayers> relays;

    FuzzCircuit() {
        for (std::size_t i = 0; i < kHops; ++i) {
            crypto::NoiseSplit split;
            rng.fill(split.handshake_hash);
            const auto suite =
                i % 2 ? crypto::CipherSuite::aes_256_gcm : crypto::CipherSuite::chacha20_poly1305;
            const auto keys = HopKeys::derive(split, suite);
            origin.add_hop(keys);
            relays.emplace_back(keys);
        }
    }

    // XORs the input into a good cell: an empty or zero input leaves it good, and the fuzzer need not guess
    // tags.
    static bool spoil(Bytes& cell, ByteView input) {
        bool changed = false;
        for (std::size_t i = 0; i < input.size() && i < cell.size(); ++i) {
            cell[i] ^= input[i];
            changed |= input[i] != 0;
        }
        return changed;
    }
};

}  // namespace catacomb::routing
