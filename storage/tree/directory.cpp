#include "storage/tree/directory.hpp"

#include <algorithm>
#include <set>

#include "base/check.hpp"
#include "crypto/aead.hpp"
#include "storage/tree/file_name.hpp"

namespace catacomb::storage {
namespace {

Error malformed(const char* why) { return error(Code::malformed, why); }

Result<VerifyKey> decode_child(Reader& in) {
    const auto ref = decode_ref(in);
    if (!ref) return error(Code::malformed, "a directory that names " + ref.error().text());
    const auto verify = in.raw(Key256::kSize);
    if (!in.ok()) return malformed("a directory that is cut short");
    return VerifyKey{*ref, Key256::copy_of(verify)};
}

Result<SegmentRef> decode_part(Reader& in) {
    const auto k = in.u8();
    const auto n = in.u8();
    const auto profile = to_profile(k, n, in.u8());
    if (!profile || k != kFullProfile.k || n != kFullProfile.n ||
        profile->block_class > kDirectoryProfile.block_class) {
        return malformed("a directory's node that is not 20 of 60, in blocks of at most 4 cells");
    }
    return SegmentRef{in.opaque<Root>(), *profile, SegmentKind::directory};
}

bool all_differ(const std::vector<VerifyKey>& children) {
    std::set<Root> roots;
    return std::all_of(children.begin(), children.end(),
                       [&roots](const auto& child) { return roots.insert(child.top.root).second; });
}

std::string take_name(Reader& in) { return to_string(in.raw(in.u8())); }

bool fits(const DirectoryEntry& entry, const VerifyKey& child) {
    switch (child.top.kind) {
        case SegmentKind::leaf:
            return entry.size < child.top.profile.capacity();
        case SegmentKind::directory:
            return entry.size == 0 && !entry.executable;
        case SegmentKind::branch:
        case SegmentKind::pack:
            return true;
    }
    return false;
}

Result<AnyReadKey> decode_entry_key(Reader& in, const VerifyKey& child, std::uint64_t size) {
    const auto bytes = in.raw(Key256::kSize);
    if (!in.ok()) return malformed("a directory whose private part is cut short");
    auto read = Key256::copy_of(bytes);
    if (child.top.kind == SegmentKind::pack) {
        const Extent extent{in.u32(), static_cast<std::uint32_t>(size)};
        if (size > kFullSegment || !valid_extent(child.top.profile, extent)) {
            return malformed("a directory that names a place outside of a pack");
        }
        return ExtentKey{child.top, std::move(read), child.verify.clone(), extent};
    }
    if (!(verify_key_of(read) == child.verify))
        return malformed("a directory whose keys do not belong together");
    return ReadKey{child.top, std::move(read)};
}

Result<DirectoryEntry> decode_entry(Reader& in, const std::vector<VerifyKey>& children, std::size_t& seen) {
    const auto flags = in.u8();
    const auto child = in.u16();
    const auto size = in.u64();
    // Children stand in the order in which the entries name them first.
    if (!in.ok() || flags > (kEntryExecutable | kEntryModified) || child >= children.size() || child > seen) {
        return malformed("a directory whose private part makes no sense");
    }
    seen = std::max<std::size_t>(seen, child + 1u);
    auto key = decode_entry_key(in, children[child], size);
    if (!key) return key.error();
    DirectoryEntry out{{}, (flags & kEntryExecutable) != 0, {}, size, std::move(*key)};
    if (flags & kEntryModified) out.modified = in.u64();
    out.name = take_name(in);
    if (!in.ok() || out.name.empty() || !valid_file_name(out.name) || !fits(out, children[child])) {
        return malformed("a directory with an entry that makes no sense");
    }
    return out;
}

}  // namespace

Result<DirectoryNode> DirectoryNode::decode(const Profile& profile, ByteView content) {
    Reader in(content);
    const auto head = decode_head(in, NodeType::directory);
    if (!head) return head.error();
    DirectoryNode out;
    out.level = head->level;
    out.profile = profile;
    const bool whole = content.size() == profile.capacity() && profile <= kDirectoryProfile;
    // Only the first level may be empty.
    if (!whole || out.level < 1 || out.level > kMaxLevel || (out.level > 1 && head->count == 0)) {
        return malformed("not a node of a directory");
    }
    for (unsigned i = 0; i < head->count; ++i) {
        if (out.level == 1) {
            auto child = decode_child(in);
            if (!child) return child.error();
            out.children.push_back(std::move(*child));
        } else {
            const auto part = decode_part(in);
            if (!part) return part.error();
            out.parts.push_back(*part);
        }
    }
    if (!in.ok() || !all_differ(out.children)) return malformed("a directory whose children make no sense");
    out.box = to_bytes(in.rest());
    return out;
}

// Zeros to the end, in the smallest class that holds what stands before them.
Result<> DirectoryNode::check_end(Reader& in) const {
    const auto padding = in.rest();
    if (in.ok() && all_zero(padding) && branch_profile(profile.capacity() - padding.size()) == profile) {
        return ok();
    }
    return malformed("a directory whose private part does not end as it should");
}

Result<std::vector<DirectoryEntry>> DirectoryNode::open_entries(const Key256& read,
                                                                const Key256& secret) const {
    CHECK(level == 1);
    const auto text = open_box(read, secret, box);
    if (!text) return text.error();
    Reader in(*text);
    const std::size_t count = in.u16();
    std::vector<DirectoryEntry> out;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto entry = decode_entry(in, children, seen);
        if (!entry) return entry.error();
        if (!out.empty() && out.back().name >= entry->name) {
            return malformed("a directory whose names are not in order, or stand twice");
        }
        out.push_back(std::move(*entry));
    }
    if (seen != children.size()) return malformed("a directory with a child that has no name");
    if (auto ended = check_end(in); !ended) return ended.error();
    return out;
}

Result<std::vector<DirectoryPart>> DirectoryNode::open_parts(const Key256& read, const Key256& secret) const {
    CHECK(level > 1);
    const auto text = open_box(read, secret, box);
    if (!text) return text.error();
    Reader in(*text);
    std::vector<DirectoryPart> out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        DirectoryPart part{{}, in.u64()};
        part.first = take_name(in);
        const bool ordered = out.empty() || out.back().first < part.first;
        if (!in.ok() || !ordered || part.entries == 0 || part.first.empty() || !valid_file_name(part.first)) {
            return malformed("a directory whose parts make no sense");
        }
        out.push_back(std::move(part));
    }
    if (auto ended = check_end(in); !ended) return ended.error();
    return out;
}

Result<> check_entry(const DirectoryEntry& entry) {
    if (entry.name.empty() || !valid_file_name(entry.name)) {
        return error(Code::bad_input, "a name in a directory is 1 to 255 bytes of text without slashes");
    }
    const auto* packed = std::get_if<ExtentKey>(&entry.key);
    const bool placed =
        !packed || (packed->extent.size == entry.size && valid_extent(packed->pack.profile, packed->extent));
    if (!placed || !fits(entry, weaken(entry.key))) {
        return error(Code::bad_input, "an entry whose size or marks are not what its key can name");
    }
    return ok();
}

}  // namespace catacomb::storage
