// Reconciliation of two views by digests (docs/spec/membership.md 3): the messages of gossip and what each
// side says. Pure. One exchange: bucket digests -> the entry digests of differing buckets; then what one
// lacks and what the other lacks -> the rest. Bounded: what does not fit waits for the next round.
#pragma once

#include <functional>

#include "routing/membership/view.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kMaxGossipDescriptorBytes = 128 * 1024;  // in one message
inline constexpr std::size_t kMaxGossipWants = 4096;

struct GossipRequest {
    std::vector<std::uint64_t> buckets;  // 256 digest prefixes, or none
    std::vector<std::uint64_t> want;     // entry digest prefixes
    std::vector<Bytes> push;             // descriptors
};
struct GossipAnswer {
    struct Bucket {
        std::size_t index = 0;
        std::vector<std::uint64_t> entries;
    };
    std::vector<Bucket> differing;
    std::vector<Bytes> descriptors;
};
Bytes encode_gossip_request(const GossipRequest& request);
Result<GossipRequest> decode_gossip_request(ByteView bytes);
Bytes encode_gossip_answer(const GossipAnswer& answer);
// `view_cap`: more entries than that are malformed.
Result<GossipAnswer> decode_gossip_answer(ByteView bytes, std::size_t view_cap);

// First message: what we have, in 2 KiB.
GossipRequest gossip_opening(const View& view);
// The answer to any request; what it pushes is the caller's to admit.
GossipAnswer gossip_answer(const View& view, const GossipRequest& request);
// Second message: what they lack (if `push`), and what we lack and did not decline before. Empty lists:
// nothing to do.
GossipRequest gossip_follow_up(const View& view, const GossipAnswer& answer, bool push,
                               const std::function<bool(std::uint64_t)>& declined);

}  // namespace catacomb::routing
