// The lengths of cells and their parts, derived in this one place (docs/spec/onion.md 1). All in
// bytes.
#pragma once

#include "routing/link/frame.hpp"

namespace catacomb::routing {

inline constexpr std::uint8_t kOnionVersion = 1;
inline constexpr std::size_t kMaxHops = 4;

inline constexpr std::size_t kCellSize = kFramePayload;  // a cell fills its frame
inline constexpr std::size_t kSlot = crypto::kTagSize;
// One slot more than there are hops: the last holds the filler that the hop before put in.
inline constexpr std::size_t kSlots = kMaxHops + 1;
inline constexpr std::size_t kSlotBytes = kSlots * kSlot;
// The slots under the seal of the first, which an opened cell starts with.
inline constexpr std::size_t kInnerSlotBytes = kSlotBytes - kSlot;

inline constexpr std::size_t kPartHeader = 8;  // stream u32, kind u8, flags u8, length u16
inline constexpr std::size_t kForwardPayload = kCellSize - kSlotBytes;
inline constexpr std::size_t kForwardPartData = kForwardPayload - kPartHeader;
inline constexpr std::size_t kBackwardPayload = kCellSize - crypto::kTagSize;
inline constexpr std::size_t kBackwardPartData = kBackwardPayload - kPartHeader;

// The layers work on cells of any size from here up, so that benches can compare sizes.
inline constexpr std::size_t kMinCellSize = kSlotBytes + kPartHeader;

static_assert(kCellSize == 4072 && kSlotBytes == 80 && kInnerSlotBytes == 64);
static_assert(kForwardPayload == 3992 && kForwardPartData == 3984);
static_assert(kBackwardPayload == 4056 && kBackwardPartData == 4048);
static_assert(kForwardPartData <= UINT16_MAX && kBackwardPartData <= UINT16_MAX);

// What the seals of cells authenticate besides.
inline constexpr ByteArray<4> kForwardAd{'f', 'w', 'd', kOnionVersion};
inline constexpr ByteArray<4> kBackwardAd{'b', 'w', 'd', kOnionVersion};

// The part of a cell that its sender writes and its receiver reads.
inline MutableBytes forward_payload(MutableBytes cell) { return cell.subspan(kSlotBytes); }
inline MutableBytes backward_payload(MutableBytes cell) { return cell.first(cell.size() - crypto::kTagSize); }

}  // namespace catacomb::routing
