// OriginLayers: the client's side of a circuit's layers: all hops' keys, counters and chains
// (docs/spec/onion.md 3 and 4). Hops count from 1. In place; after add_hop nothing is allocated but once per
// cell size.
#pragma once

#include <vector>

#include "crypto/chained_stream.hpp"
#include "routing/onion/geometry.hpp"
#include "routing/onion/keys.hpp"

namespace catacomb::routing {

class OriginLayers {
public:
    // Requires: hops() < kMaxHops.
    void add_hop(const HopKeys& keys);
    std::size_t hops() const { return hops_.size(); }

    // Wraps forward_payload(cell) for `hop`: the cell then goes to the first relay. Cells must be sent in the
    // order they were wrapped. Requires: 1 <= hop <= hops(), at least kMinCellSize bytes.
    void wrap_forward(std::size_t hop, MutableBytes cell, Rng& rng);

    // Peels a cell that came back; backward_payload(cell) is its text. Returns the hop that sealed it:
    // `expected` is tried first, then the others. Code::corrupt: no hop did; nothing is committed, the cell
    // is spoilt, destroy the circuit. Requires: 1 <= expected <= hops().
    Result<std::size_t> peel_backward(MutableBytes cell, std::size_t expected);

private:
    struct Hop {
        explicit Hop(const HopKeys& keys);

        crypto::Sealer seal;
        crypto::AeadKeystream slots;  // the seal's keystream over the slots
        crypto::FillerStream filler;
        crypto::ChainedStream layer;
        crypto::Opener origin;
        std::uint64_t forward_counter = 0;
        std::uint64_t origin_counter = 0;
    };
    using InnerSlots = ByteArray<kInnerSlotBytes>;
    InnerSlots fillers_opened_by(std::size_t hop);
    bool peel_as_from(std::size_t origin, MutableBytes cell);

    std::vector<Hop> hops_;
    Bytes came_;  // the cell before it was peeled, for the next attempt
};

}  // namespace catacomb::routing
