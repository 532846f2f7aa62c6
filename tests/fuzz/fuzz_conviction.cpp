// What is taken for a conviction is two descriptors of one relay and epoch with different onion keys, byte
// for byte; and nobody makes one by changing another.
#include "base/check.hpp"
#include "tests/fuzz/fuzz_relays.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    static const FuzzRelays relays(1);
    static const auto pair = make_conviction(relays.network, relays.now);
    static const auto good = pair.encode();
    const ByteView input(data, size);
    if (const auto parsed = parse_conviction(input, relays.network)) {
        CHECK(equal(parsed->encode(), input));
        CHECK(contradicts(*parsed->first, *parsed->second));
        if (verify_conviction(*parsed, relays.network, relays.now)) CHECK(parsed->name() == pair.name());
    }
    auto changed = good;
    for (std::size_t i = 0; i < size && i < changed.size(); ++i) changed[i] ^= data[i];
    const auto parsed = parse_conviction(changed, relays.network);
    const bool holds = parsed && verify_conviction(*parsed, relays.network, relays.now);
    CHECK(holds == equal(changed, good));
    return 0;
}
