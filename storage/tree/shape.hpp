// The shape of a file's tree, which its size and the length of its name fix completely (docs/spec/segments.md
// 6): a file that fits one segment together with its name is one leaf; otherwise full leaves under branches
// of 2,048 children, filled from the left, in as many levels as needed. Writer and reader compute the same
// shape, so a tree of another shape is refused.
#pragma once

#include "storage/tree/file_name.hpp"
#include "storage/tree/node.hpp"

namespace catacomb::storage {

inline constexpr std::uint64_t kFanout = 2048;

class FileShape {
public:
    // Requires: name_length <= kMaxName. Another fan-out than the format's is for tests: of a deep tree that
    // is small.
    FileShape(std::uint64_t size, std::size_t name_length, std::uint64_t fanout = kFanout);

    std::uint64_t size() const { return size_; }
    bool single_leaf() const { return levels_ == 0; }
    unsigned levels() const { return levels_; }  // of branches; 0 for a single leaf
    // Segments at a level; level 0 are the leaves. Zero above levels().
    std::uint64_t count(unsigned level) const;
    std::uint64_t segments() const;
    // File bytes in leaf `index`.
    std::size_t leaf_size(std::uint64_t index) const;
    Profile leaf_profile(std::uint64_t index) const;
    // Children of branch `index` of a level >= 1.
    std::uint64_t children(unsigned level, std::uint64_t index) const;
    // File bytes under it.
    std::uint64_t bytes_under(unsigned level, std::uint64_t index) const;

private:
    // Leaves under one full branch of `level`; 1 at level 0.
    std::uint64_t span_of(unsigned level) const;

    std::uint64_t size_;
    std::size_t name_length_;
    std::uint64_t fanout_;
    unsigned levels_ = 0;
    std::uint64_t leaves_ = 1;
};

}  // namespace catacomb::storage
