// A backward cell that was changed in any way, behind any hop, is not delivered, whatever hop was expected;
// an unchanged one is.
#include "tests/fuzz/fuzz_cells.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    crypto::initialise();
    FuzzCircuit circuit;
    const std::size_t spoilt_at = data[0] % FuzzCircuit::kHops;
    const std::size_t expected = 1 + data[1] % FuzzCircuit::kHops;
    Bytes cell(FuzzCircuit::kCell);
    circuit.relays.back().seal_origin(cell);
    bool spoilt = false;
    for (std::size_t i = FuzzCircuit::kHops; i-- > 0;) {
        if (i + 1 < FuzzCircuit::kHops) circuit.relays[i].add_layer(cell);
        if (i == spoilt_at) spoilt = FuzzCircuit::spoil(cell, {data + 2, size - 2});
    }
    const auto origin = circuit.origin.peel_backward(cell, expected);
    CHECK(origin.has_value() == !spoilt);
    if (origin) CHECK(*origin == FuzzCircuit::kHops && all_zero(backward_payload(cell)));
    return 0;
}
