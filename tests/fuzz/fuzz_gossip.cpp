// Gossip that decodes is within its limits and encodes to the same values; whatever a peer says, our answer
// and our next request stay within what a peer would take from us.
#include "base/check.hpp"
#include "routing/membership/reconcile.hpp"
#include "tests/fuzz/fuzz_relays.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    static const FuzzRelays relays(6);
    static const View view = relays.view();
    const ByteView input(data, size);
    if (const auto request = decode_gossip_request(input)) {
        const auto again = decode_gossip_request(encode_gossip_request(*request));
        CHECK(again && again->buckets == request->buckets && again->want == request->want &&
              again->push == request->push && again->push_convictions == request->push_convictions);
        const auto answer = encode_gossip_answer(gossip_answer(view, *request));
        CHECK(decode_gossip_answer(answer, relays.network.view_cap).has_value());
    }
    if (const auto answer = decode_gossip_answer(input, relays.network.view_cap)) {
        CHECK(decode_gossip_answer(encode_gossip_answer(*answer), relays.network.view_cap).has_value());
        const auto next =
            gossip_follow_up(view, *answer, true, [](const EntryName& entry) { return entry.bytes[0] & 1; });
        CHECK(decode_gossip_request(encode_gossip_request(next)).has_value());
    }
    return 0;
}
