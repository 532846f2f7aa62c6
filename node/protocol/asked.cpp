#include "node/protocol/asked.hpp"

#include <algorithm>

#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

Result<RenewalItem> read_item(const wire::Renew::Item& from) {
    const auto root = storage::Root::from(view(from.root()));
    if (!root || from.mask() == 0 || from.size() == 0 || from.size() > storage::kMaxBlockSize)
        return error(Code::malformed);
    return RenewalItem{*root, from.mask(), from.size()};
}

}  // namespace

std::size_t blocks_in(const std::vector<RenewalItem>& items) {
    std::size_t out = 0;
    for (const auto& item : items) out += count_of(item.mask);
    return out;
}

void write_items(const std::vector<RenewalItem>& items, WireItems& out) {
    for (const auto& item : items) {
        auto* one = out.Add();
        one->set_root(proto_bytes(item.root));
        one->set_mask(item.mask);
        one->set_size(item.size);
    }
}

wire::Renew to_wire(const RenewalAsked& asked) {
    wire::Renew out;
    write_items(asked.items, *out.mutable_items());
    out.set_lease_end(unix_seconds(asked.lease_end));
    out.set_nonce(proto_bytes(asked.nonce));
    return out;
}

Result<std::vector<RenewalItem>> read_items(const WireItems& items, std::size_t most) {
    if (items.empty() || static_cast<std::size_t>(items.size()) > most) return error(Code::malformed);
    std::vector<RenewalItem> out;
    for (const auto& item : items) {
        auto one = read_item(item);
        if (!one) return one.error();
        out.push_back(*one);
    }
    if (blocks_in(out) > most) return error(Code::malformed);
    return out;
}

Result<RenewalAsked> read_renewal(const wire::Renew& message, std::size_t most) {
    const auto nonce = BlockNonce::from(view(message.nonce()));
    auto items = read_items(message.items(), most);
    if (!nonce || !items) return error(Code::malformed);
    return RenewalAsked{std::move(*items), from_unix_seconds(message.lease_end()), *nonce};
}

Time lease_end_after(Time now, Duration length) {
    const auto days = (now + length).time_since_epoch() / limits::kDay;
    return Time(limits::kDay * (days + 1));
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
