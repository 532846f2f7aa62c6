// FileDisperser: a file's bytes in, its sealed segments out, one at a time: leaves in order, each branch as
// soon as its children are known, the top last (docs/spec/segments.md 6). Memory is one leaf and one open
// branch per level, whatever the file's size. Pure; one thread at a time, meant for a worker.
#pragma once

#include "storage/tree/branch.hpp"
#include "storage/tree/key.hpp"

namespace catacomb::storage {

struct InsertParameters {
    Key256 convergence_secret;
    Digest file_hash;                // crypto::content_hash of the whole file, from pass 1
    std::uint64_t size = 0;          // bytes of the file, from pass 1
    std::string name;                // stored under the read key; may be empty
    std::uint64_t fanout = kFanout;  // another is for tests (FileShape)
};

class FileDisperser {
public:
    // Code::bad_input when the name is over 255 bytes or is not UTF-8 text without '/' and control
    // characters.
    static Result<FileDisperser> create(InsertParameters parameters);

    // Takes a prefix of `bytes` and says how many; fewer than all when a segment is full: then next() has it.
    // Code::changed when the file has grown beyond its size.
    Result<std::size_t> feed(ByteView bytes);
    // The next sealed segment; nullopt: feed more, or finish(). With the last byte comes the check that this
    // is the file of pass 1: Code::changed otherwise, and no segment that would complete a wrong tree is
    // given out.
    Result<std::optional<NewSegment>> next();
    // The key. Code::changed when the file ended early. Requires: next() gave nullopt after the last byte.
    Result<ReadKey> finish() const;

    const FileShape& shape() const { return shape_; }

private:
    // The branch being filled at one level.
    struct OpenBranch {
        std::vector<SegmentRef> children;
        std::uint64_t index = 0;
    };

    explicit FileDisperser(InsertParameters parameters);
    std::size_t leaf_wants() const;
    NewSegment take_leaf();
    NewSegment take_branch(unsigned level);
    std::optional<unsigned> full_branch() const;
    void adopt(unsigned level, const SegmentBlocks& child);

    FileShape shape_;
    FileKeys keys_;
    Digest file_hash_;
    std::string name_;
    crypto::ContentHasher hasher_;
    std::uint64_t fed_ = 0;
    std::uint64_t next_leaf_ = 0;
    Bytes leaf_;                                    // content of the leaf being filled
    std::size_t leaf_front_ = 0;                    // bytes of the name in front of the only leaf's
    std::array<OpenBranch, kMaxLevel + 1> open_{};  // by level; [0] is unused
    std::optional<SegmentRef> top_;
};

}  // namespace catacomb::storage
