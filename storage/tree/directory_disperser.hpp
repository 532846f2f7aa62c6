// DirectoryDisperser: the entries of a directory in, its sealed nodes out, one at a time and level by level,
// the top last. The same entries under the same secret give the same nodes and key. Memory is that of the
// entries. Pure; one thread at a time, meant for a worker.
#pragma once

#include "storage/tree/directory.hpp"

namespace catacomb::storage {

class DirectoryDisperser {
public:
    // In any order. Code::bad_input: an entry that check_entry refuses, or a name that stands twice.
    static Result<DirectoryDisperser> create(const Key256& convergence_secret,
                                             std::vector<DirectoryEntry> entries);
    // The next sealed node; nullopt: finish().
    std::optional<NewSegment> next();
    // Requires: next() gave nullopt.
    ReadKey finish() const;

private:
    // The nodes of one level, from the left.
    struct Row {
        std::vector<SegmentRef> refs;
        std::vector<DirectoryPart> parts;
    };

    DirectoryDisperser(FileKeys keys, std::vector<DirectoryEntry> entries)
        : keys_(std::move(keys)), entries_(std::move(entries)) {}
    void adopt(const SegmentBlocks& node, std::size_t taken);

    FileKeys keys_;
    std::vector<DirectoryEntry> entries_;
    unsigned level_ = 1;
    std::size_t at_ = 0;  // entries of level 1, or nodes of the level below, that have found their node
    std::uint64_t index_ = 0;
    Row below_, row_;
    std::optional<SegmentRef> top_;
};

}  // namespace catacomb::storage
