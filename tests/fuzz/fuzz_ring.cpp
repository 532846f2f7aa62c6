// Ring messages that decode are within their limits; what is no descriptor in them is still only bytes.
#include "base/check.hpp"
#include "routing/ring/messages.hpp"
#include "tests/fuzz/fuzz_relays.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

void check_list(const std::vector<Bytes>& relays, std::size_t most) {
    CHECK(relays.size() <= most);
    for (const auto& relay : relays) CHECK(!relay.empty() && relay.size() <= kMaxDescriptorSize);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    if (const auto state = decode_ring_state(input)) {
        CHECK(state->predecessor.size() <= kMaxDescriptorSize);
        check_list(state->successors, 64);
    }
    if (const auto step = decode_find_step(input)) {
        const auto again = decode_find_step(encode_find_step(*step));
        CHECK(again && again->target == step->target && again->count == step->count);
        CHECK(step->count >= 1 && step->count <= kMaxFindOwners);
    }
    if (const auto answer = decode_find_answer(input)) {
        check_list(answer->owners, kMaxFindOwners);
        check_list(answer->closer, kMaxFindCloser);
    }
    return 0;
}
