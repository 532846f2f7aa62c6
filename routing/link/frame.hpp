// Frames: the one size of everything on a wire (docs/spec/link.md 2). A frame is 4080 bytes of text, sealed
// by the link (FrameCipher), and its 16-byte tag. The text is an 8-byte header, a payload and zeros. Plain
// functions over views; nothing is owned.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/aead.hpp"

namespace catacomb::routing {

inline constexpr std::size_t kFrameSize = 4096;  // bytes on the wire
inline constexpr std::size_t kFrameText = kFrameSize - crypto::kTagSize;
inline constexpr std::size_t kFrameHeader = 8;  // channel u32, kind u8, flags u8, length u16
inline constexpr std::size_t kFramePayload = kFrameText - kFrameHeader;
static_assert(kFramePayload == 4072);

enum class FrameKind : std::uint8_t {
    cell_forward = 1,   // away from the circuit's client; exactly kFramePayload bytes
    cell_backward = 2,  // towards it; exactly kFramePayload bytes
    create = 3,
    created = 4,
    destroy = 5,  // empty: it carries no reason
    credit = 6,
    rpc_request = 7,
    rpc_response = 8,
    padding = 9,    // empty
    probe = 10,     // empty: whoever lives answers
    alive = 11,     // empty: the answer
    withdraw = 12,  // empty: the request of that number is wanted no longer
};

// Flags, on RPC frames only; every other kind has none.
inline constexpr std::uint8_t kFrameFirst = 1;    // begins a body
inline constexpr std::uint8_t kFrameLast = 2;     // ends it
inline constexpr std::uint8_t kFrameRefused = 4;  // rpc_response: the body is the refusal's code

struct FrameView {
    std::uint32_t channel;  // of a circuit; for RPC the request's number
    FrameKind kind;
    std::uint8_t flags;
    ByteView payload;  // into the text
};

// `text` is kFrameText bytes. Code::malformed: an unknown kind, a flag its kind does not have, a length its
// kind does not have or that is over kFramePayload, or padding that is not zero.
Result<FrameView> decode_frame(ByteView text);

// Writes all of `text` (kFrameText bytes). Requires: what decode_frame checks.
void encode_frame(MutableBytes text, std::uint32_t channel, FrameKind kind, std::uint8_t flags,
                  ByteView payload);

}  // namespace catacomb::routing
