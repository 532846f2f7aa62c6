// A circuit in one process: the client's layers and each relay's, with keys from a seed. Shared by the tests
// of layers.
#pragma once

#include "crypto/random.hpp"
#include "routing/onion/origin_layers.hpp"
#include "routing/onion/relay_layers.hpp"
#include "tests/unit/routing/random_split.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {

using crypto::CipherSuite;

// What every property must hold for: both ciphers, cells that fill frames of 1, 2 and 4 KiB.
struct Shape {
    CipherSuite suite;
    std::size_t cell_size;
};
inline std::vector<Shape> shapes() {
    std::vector<Shape> out;
    for (const auto suite : {CipherSuite::aes_256_gcm, CipherSuite::chacha20_poly1305}) {
        for (const std::size_t frame : {1024, 2048, 4096})
            out.push_back({suite, frame - (kFrameSize - kCellSize)});
    }
    return out;
}

struct TestCircuit {
    crypto::SeededRng rng;
    OriginLayers origin;
    std::vector<RelayLayers> relays;  // relays[0] is hop 1
    std::size_t cell_size;

    TestCircuit(std::size_t hops, Shape shape, std::uint64_t seed) : rng(seed), cell_size(shape.cell_size) {
        for (std::size_t i = 0; i < hops; ++i) {
            const auto keys = HopKeys::derive(random_split(rng), shape.suite);
            origin.add_hop(keys);
            relays.emplace_back(keys);
        }
    }

    Bytes random_bytes(std::size_t size) {
        Bytes out(size);
        rng.fill(out);
        return out;
    }

    // A cell for `hop` as it leaves the client, with `text` as its payload.
    Bytes wrap(std::size_t hop, ByteView text) {
        Bytes cell(cell_size);
        copy(forward_payload(cell), text);
        origin.wrap_forward(hop, cell, rng);
        return cell;
    }
    // Carries a cell that left the client through the hops before `hop`: as it arrives there.
    void carry_to(std::size_t hop, Bytes& cell) {
        for (std::size_t i = 1; i < hop; ++i)
            BOOST_REQUIRE(relays[i - 1].peel_forward(cell) == Peeled::forward);
    }
    Peeled arrive(std::size_t hop, Bytes& cell) { return relays[hop - 1].peel_forward(cell); }

    // A cell sealed by `hop`, as it leaves that hop towards the client.
    Bytes seal(std::size_t hop, ByteView text) {
        Bytes cell(cell_size);
        copy(backward_payload(cell), text);
        relays[hop - 1].seal_origin(cell);
        return cell;
    }
    // Takes a cell that left `hop` to the client.
    void carry_back(std::size_t hop, Bytes& cell) {
        while (hop-- > 1) relays[hop - 1].add_layer(cell);
    }
    std::size_t forward_text() const { return cell_size - kSlotBytes; }
    std::size_t backward_text() const { return cell_size - crypto::kTagSize; }
};

}  // namespace catacomb::routing
