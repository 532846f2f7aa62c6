#include "storage/tree/directory_disperser.hpp"

#include <algorithm>
#include <map>

#include "base/check.hpp"
#include "crypto/aead.hpp"

namespace catacomb::storage {
namespace {

namespace label = crypto::label;

constexpr std::size_t kPartSize = 3 + kHashSize;

const SegmentRef& top_of(const AnyReadKey& key) {
    const auto* whole = std::get_if<ReadKey>(&key);
    return whole ? whole->top : std::get<ExtentKey>(key).pack;
}

Bytes encode_child(const AnyReadKey& key) {
    Writer out;
    const auto weak = weaken(key);
    encode_ref(out, weak.top);
    return out.raw(weak.verify.expose()).take();
}

std::uint8_t marks_of(const DirectoryEntry& entry) {
    return (entry.executable ? kEntryExecutable : 0) | (entry.modified ? kEntryModified : 0);
}

Bytes encode_entry(const DirectoryEntry& entry, std::uint16_t child) {
    Writer out;
    out.u8(marks_of(entry)).u16(child).u64(entry.size);
    if (const auto* whole = std::get_if<ReadKey>(&entry.key)) {
        out.raw(whole->read.expose());
    } else {
        const auto& packed = std::get<ExtentKey>(entry.key);
        out.raw(packed.read.expose()).u32(packed.extent.offset);
    }
    if (entry.modified) out.u64(*entry.modified);
    return out.u8(static_cast<std::uint8_t>(entry.name.size())).raw(view(entry.name)).take();
}

// One node, filled with as many of the front of what was there as it holds.
struct FilledNode {
    std::size_t taken = 0;
    SegmentBlocks blocks;
};

// The node's two halves in the making.
struct Draft {
    Bytes outer, inner;
    std::size_t size() const { return kNodeHeadSize + outer.size() + inner.size() + crypto::kTagSize; }
};

SegmentBlocks seal_draft(const FileKeys& keys, const NodeHead& head, std::uint64_t index,
                         const Draft& draft) {
    const auto profile = branch_profile(draft.size());
    CHECK(profile <= kDirectoryProfile);
    Writer front;
    encode_head(front, head);
    auto content = front.raw(draft.outer).take();
    // The box takes the rest of the segment, so that its class is all that its length tells.
    auto inner = draft.inner;
    inner.resize(profile.capacity() - content.size() - crypto::kTagSize);
    auto clear = content;
    append(clear, inner);
    auto secret = segment_secret(keys.file, head.level, index, clear);
    seal_box(keys.read, secret, inner);
    append(content, inner);
    return SealedStripe::seal(label::kBranchKey, keys.verify, std::move(secret), profile, content).disperse();
}

FilledNode seal_entries(const FileKeys& keys, std::uint64_t index, std::span<const DirectoryEntry> entries) {
    Draft draft;
    draft.inner.resize(2);
    std::map<Root, std::uint16_t> children;
    std::size_t taken = 0;
    for (const auto& entry : entries) {
        const auto next = static_cast<std::uint16_t>(children.size());
        const auto [place, is_new] = children.try_emplace(top_of(entry.key).root, next);
        const auto inner = encode_entry(entry, place->second);
        const auto outer = is_new ? encode_child(entry.key) : Bytes();
        if (draft.size() + inner.size() + outer.size() > kDirectoryProfile.capacity()) {
            if (is_new) children.erase(place);
            break;
        }
        append(draft.outer, outer);
        append(draft.inner, inner);
        ++taken;
    }
    store_le(MutableBytes(draft.inner).first(2), taken);
    const NodeHead head{1, NodeType::directory, static_cast<std::uint16_t>(children.size())};
    return {taken, seal_draft(keys, head, index, draft)};
}

FilledNode seal_parts(const FileKeys& keys, unsigned level, std::uint64_t index,
                      std::span<const SegmentRef> refs, std::span<const DirectoryPart> parts) {
    CHECK(!refs.empty() && refs.size() == parts.size() && level >= 2 && level <= kMaxLevel);
    Draft draft;
    std::size_t taken = 0;
    for (; taken < refs.size(); ++taken) {
        const auto& name = parts[taken].first;
        if (draft.size() + kPartSize + 9 + name.size() > kDirectoryProfile.capacity()) break;
        const auto& profile = refs[taken].profile;
        Writer outer, inner;
        outer.u8(profile.k)
            .u8(profile.n)
            .u8(static_cast<std::uint8_t>(profile.block_class))
            .raw(refs[taken].root);
        inner.u64(parts[taken].entries).u8(static_cast<std::uint8_t>(name.size())).raw(view(name));
        append(draft.outer, outer.bytes());
        append(draft.inner, inner.bytes());
    }
    const NodeHead head{level, NodeType::directory, static_cast<std::uint16_t>(taken)};
    return {taken, seal_draft(keys, head, index, draft)};
}

// What the keys of a directory follow from: all that is in it.
Digest digest_of(std::span<const DirectoryEntry> entries) {
    crypto::ContentHasher hasher;
    for (const auto& entry : entries) {
        const auto key = key_bytes(entry.key);
        Writer out;
        out.u8(marks_of(entry)).u64(entry.size).u64(entry.modified.value_or(0));
        out.u8(static_cast<std::uint8_t>(entry.name.size())).raw(view(entry.name));
        hasher.add(out.u8(static_cast<std::uint8_t>(key.expose().size())).bytes());
        hasher.add(key.expose());
    }
    return hasher.digest();
}

}  // namespace

Result<DirectoryDisperser> DirectoryDisperser::create(const Key256& convergence_secret,
                                                      std::vector<DirectoryEntry> entries) {
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (auto fit = check_entry(entries[i]); !fit) return fit.error();
        if (i > 0 && entries[i - 1].name == entries[i].name) {
            return error(Code::bad_input, "a name stands twice in the directory");
        }
    }
    auto keys = FileKeys::derive(convergence_secret, digest_of(entries), NodeType::directory);
    return DirectoryDisperser(std::move(keys), std::move(entries));
}

std::optional<NewSegment> DirectoryDisperser::next() {
    if (top_) return std::nullopt;
    auto node = level_ == 1 ? seal_entries(keys_, index_, std::span(entries_).subspan(at_))
                            : seal_parts(keys_, level_, index_, std::span(below_.refs).subspan(at_),
                                         std::span(below_.parts).subspan(at_));
    CHECK(node.taken > 0 || entries_.empty());
    NewSegment out{level_, index_, std::move(node.blocks)};
    adopt(out.blocks, node.taken);
    return out;
}

void DirectoryDisperser::adopt(const SegmentBlocks& node, std::size_t taken) {
    const SegmentRef ref{node.root(), node.profile(), SegmentKind::directory};
    DirectoryPart part;
    if (level_ == 1) {
        part.entries = taken;
        if (taken > 0) part.first = entries_[at_].name;
    } else {
        part.first = below_.parts[at_].first;
        for (auto i = at_; i < at_ + taken; ++i) part.entries += below_.parts[i].entries;
    }
    row_.refs.push_back(ref);
    row_.parts.push_back(std::move(part));
    at_ += taken;
    ++index_;
    if (at_ < (level_ == 1 ? entries_.size() : below_.refs.size())) return;
    // The row is complete: it is the top, or what the next level stands on.
    below_ = std::move(row_);
    row_ = {};
    at_ = index_ = 0;
    ++level_;
    if (below_.refs.size() == 1) top_ = ref;
}

ReadKey DirectoryDisperser::finish() const {
    CHECK(top_.has_value());
    return {*top_, keys_.read.clone()};
}

}  // namespace catacomb::storage
