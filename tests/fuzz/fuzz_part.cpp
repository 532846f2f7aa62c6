// A part that decodes, encodes to the same bytes; and the assembler, fed any sequence of parts, holds no more
// than its maximum.
#include "base/check.hpp"
#include "routing/onion/parts.hpp"

using namespace catacomb;
using namespace catacomb::routing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kPayload = 24, kMaxMessage = 64;
    MessageAssembler assembler(kMaxMessage);
    for (ByteView rest(data, size); !rest.empty();) {
        const auto payload = rest.first(std::min(rest.size(), kPayload));
        rest = rest.subspan(payload.size());
        const auto part = decode_part(payload);
        if (!part) continue;
        Bytes again(payload.size(), 0xee);
        encode_part(again, part->stream, part->kind, part->flags, part->data);
        CHECK(equal(again, payload));
        const auto whole = assembler.add(*part);
        CHECK(assembler.held() <= kMaxMessage);
        if (whole && *whole) CHECK((*whole)->size() <= kMaxMessage && assembler.held() == 0);
    }
    return 0;
}
