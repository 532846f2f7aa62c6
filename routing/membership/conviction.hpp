// Conviction: two descriptors that one relay signed for one epoch, with different onion keys
// (docs/spec/membership.md 2). A relay that gives each caller a key of his own knows him again when he comes
// by a circuit; whoever comes upon two has this proof, which anybody can check, and the relay is in no view
// for the rest of the epoch.
#pragma once

#include "routing/descriptor.hpp"

namespace catacomb::routing {

// How gossip names an entry of a view: the first bytes of a digest. So many that nobody finds two things
// with one name.
using EntryName = Opaque<struct EntryNameTag, 16>;
EntryName entry_name(const crypto::Digest& digest);

// The same epoch and onion key: what circuits depend on. Other bytes may differ.
bool same_key(const Descriptor& a, const Descriptor& b);
// Signed for one epoch with different onion keys. Of one relay.
bool contradicts(const Descriptor& a, const Descriptor& b);

struct Conviction {
    DescriptorPtr first, second;

    const NodeId& id() const { return first->id; }
    std::uint32_t epoch() const { return first->proofs.epoch; }
    // The same for every pair of this relay and epoch, so that views that have different ones agree.
    EntryName name() const;
    // u16 length of the first, the first, the second.
    Bytes encode() const;
};
using ConvictionPtr = std::shared_ptr<const Conviction>;

inline constexpr std::size_t kMaxConvictionSize = 2 + 2 * kMaxDescriptorSize;

// Two descriptors that contradict each other; neither signature nor work is looked at. Code::malformed.
Result<Conviction> parse_conviction(ByteView encoded, const NetworkParameters& network);
// Both signatures; that the epoch counts. Expired or not: the proof holds as long as the epoch does.
// Code::corrupt, Code::refused.
Result<> verify_conviction(const Conviction& parsed, const NetworkParameters& network, Time now);

}  // namespace catacomb::routing
