// A block that decodes is in its one canonical form; one that verifies under a root is bit for bit the block
// that was made for it.
#include "base/check.hpp"
#include "crypto/random.hpp"
#include "storage/segment/segment.hpp"

using namespace catacomb;
using namespace catacomb::storage;

namespace {

SegmentBlocks small_segment() {
    const auto keys = FileKeys::derive(convergent_secret(), crypto::content_hash(view("fuzz")));
    auto secret = segment_secret(keys.file, 0, 0, view("fuzz"));
    return SealedStripe::seal(crypto::label::kLeafKey, keys.read, std::move(secret), leaf_profile(100),
                              Bytes(100, 7))
        .disperse();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    crypto::initialise();
    static const auto segment = small_segment();
    const ByteView input(data + 1, size - 1);
    if (const auto parts = BlockParts::decode(input)) {
        CHECK(equal(parts->header.encode(), parts->header_bytes) && parts->header.profile.valid());
        CHECK(input.size() == parts->header.profile.block());
        CHECK(parts->fragment.size() == parts->header.profile.fragment());
    }
    const BlockId id{segment.root(), static_cast<std::uint8_t>(data[0] % kMaxBlocks)};
    const bool exists = id.index < segment.profile().n;
    auto block = exists ? segment.block(id.index) : Bytes(1024);
    bool changed = !exists;
    for (std::size_t i = 0; i < input.size() && i < block.size(); ++i) {
        changed |= input[i] != 0;
        block[i] ^= input[i];
    }
    CHECK(check_block(id, block).has_value() == !changed);
    CHECK(Block::verify(id, std::move(block)).has_value() == !changed);
    CHECK(!check_block(id, input));
    return 0;
}
