#include "routing/onion/parts.hpp"

#include "base/check.hpp"
#include "base/codec.hpp"

#include <algorithm>
#include <utility>

namespace catacomb::routing {
namespace {

bool is_kind(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(PartKind::message) &&
           kind <= static_cast<std::uint8_t>(PartKind::drop);
}

bool is_well_formed(PartKind kind, std::uint8_t flags, std::size_t length) {
    if (kind == PartKind::drop) return flags == 0 && length == 0;
    if (flags & kPartReset) return flags == kPartReset && length == 0;
    // A stream ends with a whole message.
    if (flags & kPartEnd) return (flags & kPartLast) != 0 && flags < kPartReset;
    return flags < kPartEnd;
}

}  // namespace

void encode_part(MutableBytes payload, std::uint32_t stream, PartKind kind, std::uint8_t flags,
                 ByteView data) {
    CHECK(payload.size() >= kPartHeader + data.size() && is_well_formed(kind, flags, data.size()));
    store_le(payload.first(4), stream);
    payload[4] = static_cast<std::uint8_t>(kind);
    payload[5] = flags;
    store_le(payload.subspan(6, 2), data.size());
    copy(payload.subspan(kPartHeader), data);
    fill_zero(payload.subspan(kPartHeader + data.size()));
}

Result<PartView> decode_part(ByteView payload) {
    Reader reader(payload);
    const auto stream = reader.u32();
    const auto kind = reader.u8();
    const auto flags = reader.u8();
    const auto length = reader.u16();
    const auto data = reader.raw(length);
    if (!reader.ok() || !is_kind(kind) || !is_well_formed(static_cast<PartKind>(kind), flags, length)) {
        return error(Code::malformed, "a part's header is not one");
    }
    if (!all_zero(reader.rest())) return error(Code::malformed, "a part's padding is not zero");
    return PartView{stream, static_cast<PartKind>(kind), flags, data};
}

Result<std::optional<Bytes>> MessageAssembler::add(const PartView& part) {
    if (part.has(kPartFirst) == within_) return error(Code::malformed, "a part out of its turn");
    // Without this rule a message could go on for ever.
    if (part.data.empty() && !part.has(kPartLast))
        return error(Code::malformed, "an empty part within a message");
    if (part.data.size() > max_ - message_.size()) return error(Code::limit, "a message over the maximum");
    append(message_, part.data);
    within_ = !part.has(kPartLast);
    std::optional<Bytes> whole;
    if (!within_) whole = std::exchange(message_, {});
    return whole;
}

}  // namespace catacomb::routing
