// A forward cell that was changed in any way, before any hop, dies at that hop; an unchanged one arrives.
#include "tests/fuzz/fuzz_cells.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    crypto::initialise();
    FuzzCircuit circuit;
    const std::size_t spoilt_at = data[0] % FuzzCircuit::kHops;
    Bytes cell(FuzzCircuit::kCell);
    circuit.origin.wrap_forward(FuzzCircuit::kHops, cell, circuit.rng);
    for (std::size_t i = 0; i < FuzzCircuit::kHops; ++i) {
        const bool spoilt = i == spoilt_at && FuzzCircuit::spoil(cell, {data + 1, size - 1});
        const auto peeled = circuit.relays[i].peel_forward(cell);
        CHECK((peeled == Peeled::bad) == spoilt);
        if (spoilt) return 0;
        CHECK((peeled == Peeled::mine) == (i + 1 == FuzzCircuit::kHops));
    }
    CHECK(all_zero(forward_payload(cell)));
    return 0;
}
