// A frame's text that decodes, encodes to the same bytes.
#include "base/check.hpp"
#include "routing/link/frame.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // As given, and as the front of a text of the right size.
    CHECK(size == kFrameText || !decode_frame({data, size}));
    Bytes text(data, data + size);
    text.resize(kFrameText);
    const auto frame = decode_frame(text);
    if (!frame) return 0;
    Bytes again(kFrameText, 0xee);
    encode_frame(again, frame->channel, frame->kind, frame->flags, frame->payload);
    CHECK(again == text);
    return 0;
}
