// RelayLayers: what one relay does to the cells of one circuit (docs/spec/onion.md 3 and 4). In place, one
// cipher pass per cell, no allocation, the same work at every hop. Owned by the relay's side of the
// circuit.
#pragma once

#include "crypto/chained_stream.hpp"
#include "routing/onion/geometry.hpp"
#include "routing/onion/keys.hpp"

namespace catacomb::routing {

enum class Peeled {
    forward,  // for a hop further on: the cell now is what that hop gets
    mine,     // for this relay: forward_payload(cell) is its text
    bad,      // changed, repeated or out of its turn, and now zeroed: destroy the circuit
};

// Cells are kCellSize bytes on a circuit; at least kMinCellSize.
class RelayLayers {
public:
    explicit RelayLayers(const HopKeys& keys);

    // Takes this hop's layer off a cell from the client.
    [[nodiscard]] Peeled peel_forward(MutableBytes cell);
    // Lays this hop's layer over a cell from beyond it.
    void add_layer(MutableBytes cell) { layer_.add(cell); }
    // Seals a cell that starts here: its text is backward_payload(cell). It takes no layer of this hop.
    void seal_origin(MutableBytes cell);

private:
    crypto::Opener opener_;
    crypto::FillerStream filler_;
    crypto::ChainedStream layer_;
    crypto::Sealer origin_;
    std::uint64_t forward_counter_ = 0;  // cells that reached this hop
    std::uint64_t origin_counter_ = 0;   // cells that started here
};

}  // namespace catacomb::routing
