#include "routing/link/frame.hpp"

#include "base/check.hpp"
#include "base/codec.hpp"

namespace catacomb::routing {
namespace {

bool is_kind(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(FrameKind::cell_forward) &&
           kind <= static_cast<std::uint8_t>(FrameKind::withdraw);
}

std::uint8_t flags_of(FrameKind kind) {
    switch (kind) {
        case FrameKind::rpc_request:
            return kFrameFirst | kFrameLast;
        case FrameKind::rpc_response:
            return kFrameFirst | kFrameLast | kFrameRefused;
        default:
            return 0;
    }
}

bool may_have_length(FrameKind kind, std::size_t length) {
    switch (kind) {
        case FrameKind::cell_forward:
        case FrameKind::cell_backward:
            return length == kFramePayload;
        case FrameKind::destroy:
        case FrameKind::padding:
        case FrameKind::probe:
        case FrameKind::alive:
        case FrameKind::withdraw:
            return length == 0;
        default:
            return length <= kFramePayload;
    }
}

bool is_well_formed(FrameKind kind, std::uint8_t flags, std::size_t length) {
    return (flags & ~flags_of(kind)) == 0 && may_have_length(kind, length);
}

}  // namespace

Result<FrameView> decode_frame(ByteView text) {
    if (text.size() != kFrameText) return error(Code::malformed, "a frame of another size");
    Reader reader(text);
    const auto channel = reader.u32();
    const auto kind = reader.u8();
    const auto flags = reader.u8();
    const auto length = reader.u16();
    if (!is_kind(kind) || !is_well_formed(static_cast<FrameKind>(kind), flags, length)) {
        return error(Code::malformed, "a frame's header is not one");
    }
    const auto payload = reader.raw(length);
    if (!all_zero(reader.rest())) return error(Code::malformed, "a frame's padding is not zero");
    return FrameView{channel, static_cast<FrameKind>(kind), flags, payload};
}

void encode_frame(MutableBytes text, std::uint32_t channel, FrameKind kind, std::uint8_t flags,
                  ByteView payload) {
    CHECK(text.size() == kFrameText && is_well_formed(kind, flags, payload.size()));
    store_le(text.first(4), channel);
    text[4] = static_cast<std::uint8_t>(kind);
    text[5] = flags;
    store_le(text.subspan(6, 2), payload.size());
    copy(text.subspan(kFrameHeader), payload);
    fill_zero(text.subspan(kFrameHeader + payload.size()));
}

}  // namespace catacomb::routing
