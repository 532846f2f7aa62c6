#include "storage/tree/branch.hpp"

#include "base/check.hpp"
#include "base/codec.hpp"
#include "crypto/aead.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

constexpr std::size_t kEntrySize = 3 + kHashSize;
constexpr std::size_t kPrivateSize =
    8 + 1 + kMaxName;  // padded, so that the length of the name does not show
constexpr std::size_t kBoxSize = kPrivateSize + crypto::kTagSize;
// Even a full branch travels in blocks of one cell.
static_assert(kNodeHeadSize + kFanout * kEntrySize + kBoxSize <=
              Profile{kFullK, 3 * kFullK, BlockClass::cells1}.capacity());

Bytes encode_outer(unsigned level, std::span<const SegmentRef> children) {
    Writer out;
    encode_head(out, {level, NodeType::file, static_cast<std::uint16_t>(children.size())});
    for (const auto& child : children) {
        out.u8(child.profile.k).u8(child.profile.n).u8(static_cast<std::uint8_t>(child.profile.block_class));
        out.raw(child.root);
    }
    return out.take();
}

Bytes encode_private(const BranchPrivate& hidden) {
    Writer out;
    out.u64(hidden.size).u8(static_cast<std::uint8_t>(hidden.name.size())).raw(view(hidden.name));
    auto bytes = out.take();
    bytes.resize(kPrivateSize);
    return bytes;
}

Result<BranchPrivate> decode_private(ByteView from) {
    Reader in(from);
    BranchPrivate out{in.u64(), {}};
    out.name = to_string(in.raw(in.u8()));
    const auto padding = in.rest();
    if (!in.done() || !all_zero(padding) || !valid_file_name(out.name)) {
        return error(Code::malformed, "a branch whose private part makes no sense");
    }
    return out;
}

Result<SegmentRef> decode_child(Reader& in, unsigned level) {
    const auto k = in.u8();
    const auto n = in.u8();
    const auto profile = to_profile(k, n, in.u8());
    if (!profile) return profile.error();
    const auto kind = level == 1 ? SegmentKind::leaf : SegmentKind::branch;
    if (kind == SegmentKind::branch && (k != kFullProfile.k || n != kFullProfile.n)) {
        return error(Code::malformed, "a branch that is not 20 of 60");
    }
    return SegmentRef{in.opaque<Root>(), *profile, kind};
}

}  // namespace

Result<Branch> Branch::decode(ByteView content) {
    Reader in(content);
    const auto head = decode_head(in, NodeType::file);
    if (!head) return head.error();
    Branch out;
    out.level = head->level;
    const std::uint64_t count = head->count;
    const bool fits = content.size() == kNodeHeadSize + count * kEntrySize + kBoxSize;
    if (out.level < 1 || out.level > kMaxLevel || count < 1 || count > kFanout || !fits) {
        return error(Code::malformed, "not a branch of a file's tree");
    }
    out.children.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto child = decode_child(in, out.level);
        if (!child) return child.error();
        out.children.push_back(*child);
    }
    out.box = to_bytes(in.rest());
    return out;
}

Result<BranchPrivate> Branch::open_box(const Key256& read, const Key256& secret) const {
    CHECK(box.size() == kBoxSize);
    const auto text = storage::open_box(read, secret, box);
    if (!text) return text.error();
    return decode_private(*text);
}

SegmentBlocks seal_branch(const FileKeys& keys, unsigned level, std::uint64_t index,
                          std::span<const SegmentRef> children, const BranchPrivate& hidden) {
    CHECK(!children.empty() && children.size() <= kFanout && valid_file_name(hidden.name));
    auto content = encode_outer(level, children);
    auto inner = encode_private(hidden);
    // The secret covers the private part in the clear: another name gives other single-use keys.
    auto clear = content;
    append(clear, inner);
    auto secret = segment_secret(keys.file, level, index, clear);

    seal_box(keys.read, secret, inner);
    append(content, inner);
    const auto profile = branch_profile(content.size());
    return SealedStripe::seal(label::kBranchKey, keys.verify, std::move(secret), profile, content).disperse();
}

SegmentBlocks seal_leaf(const FileKeys& keys, std::uint64_t index, const Profile& profile, ByteView content) {
    auto secret = segment_secret(keys.file, 0, index, content);
    return SealedStripe::seal(label::kLeafKey, keys.read, std::move(secret), profile, content).disperse();
}

Bytes encode_leaf_name(std::string_view name) {
    CHECK(valid_file_name(name));
    return Writer().u8(static_cast<std::uint8_t>(name.size())).raw(view(name)).take();
}

Result<std::string> take_leaf_name(ByteView& content) {
    Reader in(content);
    auto name = to_string(in.raw(in.u8()));
    if (!in.ok() || !valid_file_name(name)) return error(Code::malformed, "a file whose name makes no sense");
    content = in.rest();
    return name;
}

}  // namespace catacomb::storage
