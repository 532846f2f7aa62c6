// Tagging: relays of one circuit that collude try to mark its cells, so that one of them knows again what
// another has sent (docs/spec/onion.md 3 and 4). Only the layers, as relays and clients lay them on and take
// them off; every attempt is a circuit of its own, of three or four hops, of which the first and the last
// collude.
#pragma once

#include <cstdint>

namespace catacomb::tagging {

// What each attempt is made against: the product, or the same without what is to stop it.
enum class Guarded : bool { no, yes };

struct Forward {
    std::uint64_t attempts = 0;
    std::uint64_t delivered = 0;            // the exit saw the mark that the first hop made
    std::uint64_t dead_at_next_honest = 0;  // the relay after the first hop refused the cell
};
// The first hop changes a cell, repeats one or leaves one out; against layers without a tag, it changes one.
Forward tag_forward(std::uint64_t attempts, std::uint64_t seed, Guarded by_aead);

struct Backward {
    std::uint64_t attempts = 0;
    std::uint64_t unnoticed = 0;     // the cell that was marked and unmarked came as it was sent
    std::uint64_t dead_at_next = 0;  // and the cell after it was refused
};
// The exit marks a cell, and the first hop takes the mark off; against layers that are not chained, too.
Backward mark_backward(std::uint64_t attempts, std::uint64_t seed, Guarded by_chain);

}  // namespace catacomb::tagging
