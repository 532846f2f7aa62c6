// The content of segments that stand for more than bytes (docs/spec/segments.md 6): a branch lists its
// children for whoever has the verify key, and keeps name and size in an inner box for whoever has the read
// key; a leaf that is a whole file begins with the file's name. What comes from the network is hostile until
// it decoded here.
#pragma once

#include "storage/tree/shape.hpp"

namespace catacomb::storage {

struct BranchPrivate {
    std::uint64_t size = 0;  // file bytes under this branch
    std::string name;        // of the file, in the top branch; else empty
};

struct Branch {
    unsigned level = 1;
    std::vector<SegmentRef> children;  // leaves when level is 1, else branches one level down
    Bytes box;                         // the sealed private part

    // Code::malformed unless canonical: level 1..4, 1..2,048 children of valid profiles, branches 20 of 60.
    static Result<Branch> decode(ByteView content);
    // Code::corrupt when the box does not open, Code::malformed when what is in it is no private part.
    Result<BranchPrivate> open_box(const Key256& read, const Key256& secret) const;
};

// Seals branch `index` of `level` and returns its blocks. Requires: 1..2,048 children.
SegmentBlocks seal_branch(const FileKeys& keys, unsigned level, std::uint64_t index,
                          std::span<const SegmentRef> children, const BranchPrivate& hidden);
// Seals leaf `index`.
SegmentBlocks seal_leaf(const FileKeys& keys, std::uint64_t index, const Profile& profile, ByteView content);

// The front of a leaf that is a whole file: length (1) ‖ name.
Bytes encode_leaf_name(std::string_view name);
// Takes it off the front of `content`. Code::malformed when it is cut short or is no valid file name.
Result<std::string> take_leaf_name(ByteView& content);

}  // namespace catacomb::storage
