// Reconciliation of two views by digests (docs/spec/membership.md 3): the messages of gossip and what each
// side says. Pure. One exchange: bucket digests -> the entry digests of differing buckets; then what one
// lacks and what the other lacks -> the rest. Bounded: what does not fit waits for the next round.
#pragma once

#include <functional>

#include "routing/membership/view.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kMaxGossipDescriptorBytes = 128 * 1024;  // in one message, with convictions
inline constexpr std::size_t kMaxGossipWants = 4096;

struct GossipRequest {
    std::vector<EntryName> buckets;  // 256 names of bucket digests, or none
    std::vector<EntryName> want;
    std::vector<Bytes> push;  // descriptors
    std::vector<Bytes> push_convictions;
};
struct GossipAnswer {
    struct Bucket {
        std::size_t index = 0;
        std::vector<EntryName> entries;
    };
    std::vector<Bucket> differing;
    std::vector<Bytes> descriptors;
    std::vector<Bytes> convictions;
};
Bytes encode_gossip_request(const GossipRequest& request);
Result<GossipRequest> decode_gossip_request(ByteView bytes);
Bytes encode_gossip_answer(const GossipAnswer& answer);
// `view_cap`: more entries than that are malformed.
Result<GossipAnswer> decode_gossip_answer(ByteView bytes, std::size_t view_cap);

// First message: what we have, in 4 KiB.
GossipRequest gossip_opening(const View& view);
// The answer to any request; what it pushes is the caller's to admit.
GossipAnswer gossip_answer(const View& view, const GossipRequest& request);
// Second message: what they lack (if `push`), and what we lack and did not decline before. Empty lists:
// nothing to do.
GossipRequest gossip_follow_up(const View& view, const GossipAnswer& answer, bool push,
                               const std::function<bool(const EntryName&)>& declined);
// `by` answered `answer` to an opening of ours, or opened with `theirs`: of what it holds as we do it is a
// witness.
void take_as_witness(View& view, const GossipRequest& opening, const GossipAnswer& answer, const NodeId& by);
void take_as_witness(View& view, const GossipRequest& theirs, const NodeId& by);

}  // namespace catacomb::routing
