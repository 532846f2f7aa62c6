#include "routing/onion/origin_layers.hpp"

#include "base/check.hpp"

namespace catacomb::routing {
namespace {

constexpr ByteArray<kSlot> kForTheRecipient{};  // where another relay would find the next hop's tag

void xor_into(MutableBytes into, ByteView from) {
    for (std::size_t i = 0; i < from.size(); ++i) into[i] ^= from[i];
}

}  // namespace

OriginLayers::Hop::Hop(const HopKeys& keys)
    : seal(keys.suite, keys.forward_seal),
      slots(keys.suite, keys.forward_seal),
      filler(keys.suite, keys.forward_filler),
      layer(keys.suite, keys.backward_layer),
      origin(keys.suite, keys.backward_origin) {}

void OriginLayers::add_hop(const HopKeys& keys) {
    CHECK(hops_.size() < kMaxHops);
    hops_.emplace_back(keys);
}

// What the last slots of the cell for `hop` decrypt to there, given the fillers of the hops before:
// right-aligned, one slot for each of those. This is Phi of the design, carried from hop to hop.
OriginLayers::InnerSlots OriginLayers::fillers_opened_by(std::size_t hop) {
    InnerSlots slots{};
    InnerSlots keystream{};
    for (std::size_t i = 0; i < hop; ++i) {
        auto& at = hops_[i];
        const auto filled = i * kSlot;
        if (filled > 0) at.slots.keystream(at.forward_counter, keystream);
        xor_into(MutableBytes(slots).last(filled), ByteView(keystream).last(filled));
        if (i + 1 == hop) break;
        std::memmove(slots.data(), slots.data() + kSlot, kInnerSlotBytes - kSlot);
        copy(MutableBytes(slots).last(kSlot), at.filler.filler(at.forward_counter));
    }
    return slots;
}

void OriginLayers::wrap_forward(std::size_t hop, MutableBytes cell, Rng& rng) {
    CHECK(1 <= hop && hop <= hops() && cell.size() >= kMinCellSize);
    const auto sealed = cell.subspan(kSlot);
    const auto fillers = fillers_opened_by(hop);
    const auto filled = (hop - 1) * kSlot;
    copy(sealed, kForTheRecipient);
    // Random and not zero: zeros would tell the recipient its position.
    rng.fill(sealed.subspan(kSlot, kInnerSlotBytes - kSlot - filled));
    copy(sealed.subspan(kInnerSlotBytes - filled), ByteView(fillers).last(filled));
    for (std::size_t i = hop; i-- > 0;) {
        auto& at = hops_[i];
        at.seal.seal(at.forward_counter++, kForwardAd, sealed, cell.first<kSlot>());
        // The slots move down by one; what the last one held, the hop before will fill in.
        if (i > 0) std::memmove(sealed.data(), cell.data(), kInnerSlotBytes);
    }
}

bool OriginLayers::peel_as_from(std::size_t origin, MutableBytes cell) {
    std::array<crypto::ChainedStream::State, kMaxHops> next;
    for (std::size_t i = 0; i + 1 < origin; ++i) next[i] = hops_[i].layer.peel(cell);
    auto& from = hops_[origin - 1];
    if (!from.origin.open(from.origin_counter, kBackwardAd, backward_payload(cell),
                          cell.last<crypto::kTagSize>())) {
        return false;
    }
    for (std::size_t i = 0; i + 1 < origin; ++i) hops_[i].layer.commit(next[i]);
    ++from.origin_counter;
    return true;
}

Result<std::size_t> OriginLayers::peel_backward(MutableBytes cell, std::size_t expected) {
    CHECK(1 <= expected && expected <= hops() && cell.size() >= kMinCellSize);
    came_.assign(cell.begin(), cell.end());
    if (peel_as_from(expected, cell)) return expected;
    for (std::size_t hop = 1; hop <= hops(); ++hop) {
        if (hop == expected) continue;
        copy(cell, came_);
        if (peel_as_from(hop, cell)) return hop;
    }
    return error(Code::corrupt, "a cell that no hop of the circuit sealed");
}

}  // namespace catacomb::routing
