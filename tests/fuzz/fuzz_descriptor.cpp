// A descriptor that is taken is kept byte for byte and within every limit; one whose signature is not the
// relay's is not believed, however well it reads.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "tests/fuzz/fuzz_relays.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    const ByteView input(data, size);
    static const FuzzRelays relays(1);
    const auto& good = *relays.all.front();
    const auto parsed = parse_descriptor(input, relays.network);
    if (parsed) {
        CHECK(equal(parsed->encoded, input) && input.size() <= kMaxDescriptorSize);
        CHECK(!parsed->addresses.empty() && parsed->addresses.size() <= kMaxDescriptorAddresses);
        CHECK(parsed->capacity_class <= kMaxCapacityClass);
    }
    if (decode_descriptor(input, relays.network, relays.now)) CHECK(equal(good.encoded, input));
    // The good one, changed: the fuzzer cannot guess signatures.
    auto changed = good.encoded;
    for (std::size_t i = 0; i < size && i < changed.size(); ++i) changed[i] ^= data[i];
    const bool same = equal(changed, good.encoded);
    CHECK(decode_descriptor(changed, relays.network, relays.now).has_value() == same);
    return 0;
}
