#include "node/exit/renew_bundle.hpp"

#include "node/protocol/limits.hpp"

namespace catacomb::node {

bool RenewBundle::take(std::size_t item, BlockMask blocks) {
    const auto count = std::size_t{count_of(blocks)};
    if (blocks_ + count > limits::kRenewedByRelay) return false;
    parts_[item].wanted |= blocks;
    blocks_ += count;
    return true;
}

RenewalAsked RenewBundle::request(const std::vector<RenewalItem>& all, Time lease_end,
                                  const BlockNonce& nonce) const {
    RenewalAsked out;
    out.lease_end = lease_end;
    out.nonce = nonce;
    for (const auto& [item, part] : parts_)
        out.items.push_back({all[item].root, part.wanted, all[item].size});
    return out;
}

bool RenewBundle::renumber(wire::Renewed& given) const {
    std::vector<std::uint32_t> items;
    for (const auto& [item, part] : parts_) items.push_back(static_cast<std::uint32_t>(item));
    for (auto& number : *given.mutable_items()) {
        if (number >= items.size()) return false;
        number = items[number];
    }
    return true;
}

void RenewBundle::renewed(const wire::Renewed& given) {
    for (int i = 0; i < given.items_size() && i < given.masks_size(); ++i) {
        const auto part = parts_.find(given.items(i));
        if (part != parts_.end()) part->second.told.renewed |= given.masks(i) & part->second.wanted;
    }
}

void RenewBundle::absent(const google::protobuf::RepeatedField<std::uint64_t>& masks) {
    auto mask = masks.begin();
    for (auto& [item, part] : parts_) {
        if (mask == masks.end()) return;
        part.told.absent |= *mask++ & part.wanted;
    }
}

RenewBundle::Told RenewBundle::told(std::size_t item, BlockMask blocks) const {
    const auto part = parts_.find(item);
    if (part == parts_.end()) return {};
    const auto renewed = part->second.told.renewed & blocks;
    return {renewed, part->second.told.absent & blocks & ~renewed};
}

}  // namespace catacomb::node
