#include "node/protocol/asked.hpp"

#include <algorithm>
#include <bit>

#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

Result<RenewalItem> read_item(const wire::VaultRenew::Item& from) {
    const auto root = storage::Root::from(view(from.root()));
    if (!root || from.mask() == 0 || from.size() == 0 || from.size() > storage::kMaxBlockSize)
        return error(Code::malformed);
    return RenewalItem{*root, from.mask(), from.size()};
}

}  // namespace

std::size_t RenewalAsked::blocks() const {
    std::size_t out = 0;
    for (const auto& item : items) out += static_cast<std::size_t>(std::popcount(item.mask));
    return out;
}

wire::VaultRenew to_wire(const RenewalAsked& asked) {
    wire::VaultRenew out;
    for (const auto& item : asked.items) {
        auto* one = out.add_items();
        one->set_root(proto_bytes(item.root));
        one->set_mask(item.mask);
        one->set_size(item.size);
    }
    out.set_lease_end(unix_seconds(asked.lease_end));
    out.set_nonce(proto_bytes(asked.nonce));
    return out;
}

Result<RenewalAsked> read_renewal(const wire::VaultRenew& message) {
    const auto nonce = BlockNonce::from(view(message.nonce()));
    if (!nonce || message.items().empty() || message.items().size() > int{kMostRenewed})
        return error(Code::malformed);
    RenewalAsked out;
    out.lease_end = from_unix_seconds(message.lease_end());
    out.nonce = *nonce;
    for (const auto& item : message.items()) {
        auto one = read_item(item);
        if (!one) return one.error();
        out.items.push_back(*one);
    }
    if (out.blocks() > kMostRenewed) return error(Code::malformed);
    return out;
}

std::optional<Time> granted_lease(Time asked, Time now) {
    if (asked <= now) return std::nullopt;
    const Time longest = now + limits::kLongestLease;
    if (asked <= longest) return asked;
    return Time(longest.time_since_epoch() / limits::kDay * limits::kDay);
}

// A later end than was asked for is no gift: it would be a place to write marks in.
Result<> check_lease(Time granted, Time asked, Time now) {
    if (granted > asked) return error(Code::corrupt, "a vault promised another lease than was asked");
    if (granted < std::min<Time>(asked, now + limits::kShortestLease))
        return error(Code::corrupt, "a vault promised too short a lease");
    return ok();
}

}  // namespace catacomb::node
