// Parts: what one cell carries end to end between the client and a hop (docs/spec/onion.md 5). A message
// longer than a cell is cut into parts of its stream; streams interleave. Pure; the assembler's memory is
// bounded.
#pragma once

#include "routing/onion/geometry.hpp"

namespace catacomb::routing {

enum class PartKind : std::uint8_t {
    message = 1,        // a piece of a message of the stream's protocol
    extend = 2,         // client to the circuit's end: the next relay's descriptor and the hop request
    extended = 3,       // back: the hop answer
    extend_failed = 4,  // back: empty
    drop = 5,           // empty, to be ignored: padding that only its recipient can tell
};

// Flags. A message of one part is first and last.
inline constexpr std::uint8_t kPartFirst = 1;
inline constexpr std::uint8_t kPartLast = 2;
inline constexpr std::uint8_t kPartEnd = 4;    // nothing more comes from this side of the stream
inline constexpr std::uint8_t kPartReset = 8;  // the stream is over, both ways; nothing else is set, no data

struct PartView {
    std::uint32_t stream;
    PartKind kind;
    std::uint8_t flags;
    ByteView data;  // into the payload

    bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

// `payload` is forward_payload or backward_payload of a cell, all of which is written.
// Requires: data fits behind the header, and what decode_part checks.
void encode_part(MutableBytes payload, std::uint32_t stream, PartKind kind, std::uint8_t flags,
                 ByteView data);
// Code::malformed: an unknown kind or flag, a length that does not fit, data where there may be none, or
// padding that is not zero.
Result<PartView> decode_part(ByteView payload);

// Puts the parts of one stream together again.
class MessageAssembler {
public:
    explicit MessageAssembler(std::size_t max_message) : max_(max_message) {}
    // Returns the message with its last part. Code::malformed: a part that begins a message within one, or
    // continues none, or brings nothing and does not end one. Code::limit: the message is over the maximum.
    Result<std::optional<Bytes>> add(const PartView& part);
    std::size_t held() const { return message_.size(); }

private:
    std::size_t max_;
    bool within_ = false;
    Bytes message_;
};

}  // namespace catacomb::routing
