// DirectoryReader: the entries of a directory for the holder of its read key, in the order of their names:
// all of them, or only the one of a given name, for which it asks no more than one node of each level. Every
// node is checked against what the one above said of it before anything is believed: level by level down, so
// that there are no cycles, names in their bounds, numbers that add up. Memory: one node of each level. Pure.
#pragma once

#include "storage/tree/directory.hpp"

namespace catacomb::storage {

class DirectoryReader {
public:
    // Requires: a directory's key.
    explicit DirectoryReader(ReadKey key, std::optional<std::string> only = {});

    // The segment wanted now; nullopt at the end.
    std::optional<SegmentRef> next() const;
    // Takes the recovered segment next() and returns the entries in it (none for a node above the first
    // level; with `only`, that one or none). Code::corrupt or Code::malformed: the reader stays where it is.
    Result<std::vector<DirectoryEntry>> deliver(SealedStripe stripe);

private:
    // A node, and what the one above said of it: nothing of the top.
    struct Wanted {
        SegmentRef ref;
        std::optional<unsigned> level;
        std::optional<DirectoryPart> part;
        std::optional<std::string> before;  // every name in it is less
    };
    Result<> check(const Wanted& wanted, const DirectoryPart& found, const std::string& last) const;
    Result<std::vector<DirectoryEntry>> take_entries(const DirectoryNode& node, const Key256& secret);
    Result<std::vector<DirectoryEntry>> take_parts(const DirectoryNode& node, const Key256& secret);

    ReadKey key_;
    std::optional<std::string> only_;
    std::vector<Wanted> pending_;  // the back is next
};

}  // namespace catacomb::storage
