#include "node/protocol/inventory_list.hpp"

#include "base/codec.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

using routing::PositionPrefix;

constexpr std::size_t kPrefix = 8, kRange = 2, kDigest = 8;

template <std::size_t Size>
void pack(std::string& out, std::uint64_t number) {
    ByteArray<Size> bytes;
    store_le(bytes, number);
    out += as_text(bytes);
}

template <std::size_t Size, class Number>
Result<std::vector<Number>> unpack(const std::string& packed, std::size_t most) {
    if (packed.size() % Size != 0 || packed.size() / Size > most) return error(Code::malformed);
    std::vector<Number> out;
    for (std::size_t i = 0; i < packed.size(); i += Size)
        out.push_back(static_cast<Number>(load_le(view(packed).subspan(i, Size))));
    return out;
}

}  // namespace

wire::Registered registered_answer(const routing::Inventory& known, const wire::Register& request) {
    wire::Registered out;
    const auto digest = known.digest();
    out.set_send_inventory(!equal(digest.view(), view(request.inventory_digest())));
    if (!out.send_inventory() || known.size() == 0) return out;
    for (const auto range : known.ranges(request.inventory_bits()))
        pack<kDigest>(*out.mutable_ranges(), range);
    return out;
}

Result<routing::InventoryUpdate> read_inventory(const wire::Inventory& message, unsigned bits) {
    const auto ranges = unpack<kRange, std::uint16_t>(message.ranges(), std::size_t{1} << bits);
    const auto added = unpack<kPrefix, PositionPrefix>(message.added(), limits::kPrefixesPerMessage);
    const auto removed = unpack<kPrefix, PositionPrefix>(message.removed(), limits::kPrefixesPerMessage);
    if (!ranges || !added || !removed) return error(Code::malformed);
    for (const auto range : *ranges) {
        if (range >> bits) return error(Code::malformed);
    }
    return routing::InventoryUpdate{bits, *ranges, *removed, *added};
}

Result<> InventoryTeller::answered(const wire::Registered& answer, const routing::Inventory& ours) {
    if (!answer.send_inventory()) return ok();
    const auto have = ours.ranges(bits_);
    auto known = unpack<kDigest, routing::RangeDigest>(answer.ranges(), have.size());
    // None at all: nothing is known there.
    if (!known || (!known->empty() && known->size() != have.size())) return error(Code::malformed);
    known->resize(have.size());
    for (std::size_t i = 0; i < have.size(); ++i) {
        if (have[i] != (*known)[i]) ranges_.push_back(static_cast<std::uint16_t>(i));
    }
    return ok();
}

wire::Inventory InventoryTeller::next(const routing::Inventory& ours) {
    return in_ranges() ? next_ranges(ours) : next_changes(ours);
}

// As many ranges as fit. What a single one has too much of follows as if it had come just now.
wire::Inventory InventoryTeller::next_ranges(const routing::Inventory& ours) {
    wire::Inventory out;
    std::size_t told = 0;
    while (!ranges_.empty()) {
        const auto prefixes = ours.in_range(bits_, ranges_.front());
        if (told > 0 && told + prefixes.size() > limits::kPrefixesPerMessage) break;
        pack<kRange>(*out.mutable_ranges(), ranges_.front());
        ranges_.pop_front();
        for (const auto prefix : prefixes) {
            if (told == limits::kPrefixesPerMessage) {
                untold_.insert(prefix);
            } else {
                pack<kPrefix>(*out.mutable_added(), prefix);
                ++told;
            }
        }
    }
    return out;
}

wire::Inventory InventoryTeller::next_changes(const routing::Inventory& ours) {
    wire::Inventory out;
    for (std::size_t i = 0; i < limits::kPrefixesPerMessage && !untold_.empty(); ++i) {
        const auto prefix = *untold_.begin();
        untold_.erase(untold_.begin());
        pack<kPrefix>(ours.contains(prefix) ? *out.mutable_added() : *out.mutable_removed(), prefix);
    }
    return out;
}

}  // namespace catacomb::node
