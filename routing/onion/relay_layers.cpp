#include "routing/onion/relay_layers.hpp"

#include "base/check.hpp"

namespace catacomb::routing {

RelayLayers::RelayLayers(const HopKeys& keys)
    : opener_(keys.suite, keys.forward_seal),
      filler_(keys.suite, keys.forward_filler),
      layer_(keys.suite, keys.backward_layer),
      origin_(keys.suite, keys.backward_origin) {}

Peeled RelayLayers::peel_forward(MutableBytes cell) {
    CHECK(cell.size() >= kMinCellSize);
    const auto sealed = cell.subspan(kSlot);
    if (!opener_.open(forward_counter_, kForwardAd, sealed, cell.first<kSlot>())) return Peeled::bad;
    const auto counter = forward_counter_++;
    if (all_zero(sealed.first(kSlot))) return Peeled::mine;
    // The slots move up by one, over the tag that was ours, and the filler takes the last.
    std::memmove(cell.data(), sealed.data(), kInnerSlotBytes);
    copy(cell.subspan(kInnerSlotBytes), filler_.filler(counter));
    return Peeled::forward;
}

void RelayLayers::seal_origin(MutableBytes cell) {
    CHECK(cell.size() >= kMinCellSize);
    origin_.seal(origin_counter_++, kBackwardAd, backward_payload(cell), cell.last<crypto::kTagSize>());
}

}  // namespace catacomb::routing
