// A publisher may put anything into the segments of his tree: reader and walker, given segments that open to
// any content at all, refuse or go on, and end.
#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "storage/tree/walker.hpp"

using namespace catacomb;
using namespace catacomb::storage;

namespace {

SealedStripe seal(const FileKeys& keys, SegmentKind kind, const Profile& profile, ByteView content) {
    const bool leaf = kind == SegmentKind::leaf;
    content = content.first(std::min(content.size(), profile.capacity()));
    return SealedStripe::seal(leaf ? crypto::label::kLeafKey : crypto::label::kBranchKey,
                              leaf ? keys.read : keys.verify, convergent_secret(), profile, content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    static const auto keys = FileKeys::derive(convergent_secret(), crypto::content_hash(view("fuzz")));
    Reader input(ByteView(data, size));
    SegmentRef top;
    top.kind = input.u8() % 2 ? SegmentKind::branch : SegmentKind::leaf;
    top.profile = top.kind == SegmentKind::leaf ? leaf_profile(100) : branch_profile(100);
    FileReader reader({top, keys.read.clone()});
    TreeWalker walker({top, keys.verify.clone()});
    // Each turn takes at least its length from the input.
    while (input.ok() && input.left() > 0) {
        const auto length = input.u16();
        const auto content = input.raw(std::min<std::size_t>(length, input.left()));
        if (const auto node = reader.next()) {
            const auto plain = reader.deliver(seal(keys, node->ref.kind, node->ref.profile, content));
            CHECK(!plain || plain->size <= content.size());
            CHECK(reader.upcoming(8).size() <= 8);
        }
        const auto node = walker.next();
        if (!node) continue;
        if (node->ref.kind == SegmentKind::leaf) {
            walker.pass_leaf();
        } else if (const auto branch =
                       walker.enter_branch(seal(keys, node->ref.kind, node->ref.profile, content))) {
            CHECK(walker.next() && walker.next()->level + 1 == branch->level);
        }
    }
    return 0;
}
