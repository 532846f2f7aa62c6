// A publisher may put anything into the nodes of his directory and into his packs: a reader, given nodes with
// any outer and any private part, refuses or goes on, ends, and believes only entries that could have been
// written, in the order of their names.
#include "base/check.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "storage/tree/directory_reader.hpp"
#include "storage/tree/pack.hpp"

using namespace catacomb;
using namespace catacomb::storage;

namespace {

ByteView take(Reader& in) {
    const std::size_t length = in.u16();
    return in.raw(std::min(length, in.left()));
}

SealedStripe seal(const FileKeys& keys, const Profile& profile, ByteView outer, ByteView inner) {
    auto content = to_bytes(outer.first(std::min<std::size_t>(outer.size(), 8000)));
    auto box = to_bytes(inner.first(std::min<std::size_t>(inner.size(), 6000)));
    box.resize(profile.capacity() - content.size() - crypto::kTagSize);
    seal_box(keys.read, convergent_secret(), box);
    append(content, box);
    return SealedStripe::seal(crypto::label::kBranchKey, keys.verify, convergent_secret(), profile, content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    crypto::initialise();
    static const auto keys = FileKeys::derive(convergent_secret(), Digest(), NodeType::directory);
    Reader input(ByteView(data, size));
    const auto only = input.u8() % 2 ? std::optional<std::string>("b") : std::nullopt;
    const Extent extent{input.u16(), input.u16()};
    const Plaintext pack{to_bytes(take(input)), 0, 0};
    CHECK(!open_extent({pack.buffer, 0, pack.buffer.size()}, keys.read, extent));
    DirectoryReader reader({{Root(), branch_profile(0), SegmentKind::directory}, keys.read.clone()}, only);
    std::string last;
    // Each turn takes at least its lengths from the input.
    while (input.ok() && input.left() > 0 && reader.next()) {
        const auto outer = take(input);
        const auto inner = take(input);
        const auto entries = reader.deliver(seal(keys, reader.next()->profile, outer, inner));
        if (!entries) continue;
        for (const auto& entry : *entries) {
            CHECK(last < entry.name && check_entry(entry) && decode_read_key(encode_key(entry.key)));
            last = entry.name;
        }
    }
    return 0;
}
