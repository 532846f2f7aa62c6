#include "node/client/placing_state.hpp"

#include "base/codec.hpp"

namespace catacomb::node {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kMostExits = 64;

void write_tags(Writer& out, const std::vector<VaultTag>& tags) {
    out.u8(static_cast<std::uint8_t>(tags.size()));
    for (const auto tag : tags) out.u64(tag);
}

std::vector<VaultTag> read_tags(Reader& in) {
    std::vector<VaultTag> out;
    for (auto left = in.u8(); left > 0 && in.ok(); --left) out.push_back(in.u64());
    return out;
}

bool is_within(BlockMask part, BlockMask whole) { return (part & ~whole) == 0; }

bool can_be(const PlacingState& s) {
    if (s.vaults.size() != s.profile.n || s.shunned.size() > s.profile.n || s.stored.size() > kMostExits)
        return false;
    for (const auto& one : s.stored) {
        if (!is_within(one.blocks, all_of(s.profile.n))) return false;
    }
    return is_within(s.placed, all_of(s.profile.n)) && is_within(s.witnessed, s.placed) &&
           is_within(s.denied | s.missed, s.placed) && is_within(s.read, s.witnessed);
}

}  // namespace

Bytes PlacingState::encode() const {
    Writer out;
    out.u8(kVersion).raw(root);
    out.u8(profile.k).u8(profile.n).u8(static_cast<std::uint8_t>(profile.block_class));
    out.u8(whole).u8(first_slot);
    write_tags(out, vaults);
    out.u8(static_cast<std::uint8_t>(stored.size()));
    for (const auto& one : stored) out.raw(one.exit).u64(one.blocks);
    write_tags(out, shunned);
    out.u64(placed).u64(witnessed).u64(denied).u64(missed).u64(read).raw(doubter);
    out.u32(lost).u32(stores).u32(turns).u32(shift);
    out.u64(static_cast<std::uint64_t>(lease_end.time_since_epoch().count()));
    return out.take();
}

Result<PlacingState> PlacingState::decode(ByteView bytes) {
    Reader in(bytes);
    PlacingState out;
    if (in.u8() != kVersion) return error(Code::malformed, "a segment's state of another version");
    out.root = in.opaque<storage::Root>();
    const auto k = in.u8(), n = in.u8(), block_class = in.u8();
    auto profile = storage::to_profile(k, n, block_class);
    const auto whole = in.u8();
    if (!in.ok() || !profile || whole > 1) return error(Code::malformed);
    out.profile = *profile;
    out.whole = whole == 1;
    out.first_slot = in.u8();
    out.vaults = read_tags(in);
    for (auto left = in.u8(); left > 0 && in.ok(); --left) {
        const auto exit = in.opaque<routing::NodeId>();
        out.stored.push_back({exit, in.u64()});
    }
    out.shunned = read_tags(in);
    out.placed = in.u64();
    out.witnessed = in.u64();
    out.denied = in.u64();
    out.missed = in.u64();
    out.read = in.u64();
    out.doubter = in.opaque<routing::NodeId>();
    out.lost = in.u32();
    out.stores = in.u32();
    out.turns = in.u32();
    out.shift = in.u32();
    out.lease_end = Time(Duration(static_cast<Duration::rep>(in.u64())));
    if (!in.done() || !can_be(out)) return error(Code::malformed);
    return out;
}

}  // namespace catacomb::node
