// Directories: names to keys (docs/spec/segments.md 6.5). A node of level 1 lists for the holder of the
// verify key what a `ver1…` key of each child would hold, and in its box, for the holder of the read key, the
// names with their read keys, sizes and marks; a child that is a pack stands once for all the files that lie
// in it. A directory too large for one node is several, in the order of their names, under nodes of higher
// levels. What comes from the network is hostile until it decoded here. Pure.
#pragma once

#include "storage/tree/key.hpp"

namespace catacomb::storage {

// Every node is 20 of 60 and at most of this class, so that one name of a large directory costs little.
inline constexpr Profile kDirectoryProfile{kFullK, 3 * kFullK, BlockClass::cells4};

struct DirectoryEntry {
    std::string name;  // valid_file_name, not empty
    bool executable = false;
    std::optional<std::uint64_t> modified;  // seconds since 1970
    std::uint64_t size = 0;                 // bytes of the file; 0 for a directory
    AnyReadKey key;
};

// A node of the level below, in a node of level 2 or more.
struct DirectoryPart {
    std::string first;          // name in it
    std::uint64_t entries = 0;  // under it
};

struct DirectoryNode {
    unsigned level = 1;
    std::vector<VerifyKey> children;  // level 1: each one's ver1 key
    std::vector<SegmentRef> parts;    // above: nodes one level down, under this directory's own keys
    Profile profile;
    Bytes box;  // takes the rest of the segment, so that its class is all that its length tells

    // Code::malformed unless canonical. Requires: `content` is of a segment of that profile.
    static Result<DirectoryNode> decode(const Profile& profile, ByteView content);
    // What is in the box, names ascending. Code::corrupt when it does not open, Code::malformed when what is
    // in it is not canonical or contradicts the outer part. Requires: level 1; level 2 or more.
    Result<std::vector<DirectoryEntry>> open_entries(const Key256& read, const Key256& secret) const;
    Result<std::vector<DirectoryPart>> open_parts(const Key256& read, const Key256& secret) const;

private:
    Result<> check_end(Reader& in) const;
};

// Code::bad_input unless it may stand in a directory.
Result<> check_entry(const DirectoryEntry& entry);

// Marks of an entry, and the least that one takes: so the number of entries in a node fits its 16 bits.
inline constexpr std::uint8_t kEntryExecutable = 1;
inline constexpr std::uint8_t kEntryModified = 2;
inline constexpr std::size_t kLeastEntry = 1 + 2 + 8 + Key256::kSize + 1 + 1;
static_assert(kDirectoryProfile.capacity() / kLeastEntry <= UINT16_MAX);

}  // namespace catacomb::storage
