// What ring neighbours say to each other (routing/wire/ring.proto, docs/spec/ring.md 2), as values and as
// bytes. Decoding bounds every list; descriptors stay bytes until Intake has verified them.
#pragma once

#include "routing/descriptor.hpp"

namespace catacomb::routing {

// busy: a member between a query and its answer; it is alive, ask again soon.
enum class Standing { joining, member, busy };

struct RingState {
    Standing standing = Standing::joining;
    DescriptorPtr predecessor;
    std::vector<DescriptorPtr> successors;
};
struct EncodedRingState {
    Standing standing = Standing::joining;
    Bytes predecessor;  // empty when unknown
    std::vector<Bytes> successors;
};
Bytes encode_ring_state(const RingState& state);
Result<EncodedRingState> decode_ring_state(ByteView bytes);

struct FindStep {
    RingId target;
    std::size_t count = 1;
};
Bytes encode_find_step(const FindStep& step);
Result<FindStep> decode_find_step(ByteView bytes);

inline constexpr std::size_t kMaxFindOwners = 32;
inline constexpr std::size_t kMaxFindCloser = 8;
struct FindAnswer {
    std::vector<DescriptorPtr> owners;  // the first at or after the target, and those that follow it
    std::vector<DescriptorPtr> closer;  // before the target, the closest first
};
struct EncodedFindAnswer {
    std::vector<Bytes> owners;
    std::vector<Bytes> closer;
};
Bytes encode_find_answer(const FindAnswer& answer);
Result<EncodedFindAnswer> decode_find_answer(ByteView bytes);

}  // namespace catacomb::routing
