// TreeWalker: the segments of a tree in reading order, for a holder of the verify key: every branch must be
// given to it to get on, leaves may be passed by unread. FileReader: the same walk for a reader, with names,
// sizes and bytes. Every branch is checked against the canonical shape before anything below it is asked for:
// depth is bounded, a child is always one level lower (so there are no cycles), sizes add up. Memory: one
// branch per level. Pure.
#pragma once

#include "storage/tree/branch.hpp"
#include "storage/tree/key.hpp"

namespace catacomb::storage {

// A segment of the tree and where it stands in it.
struct TreeNode {
    SegmentRef ref;
    unsigned level = 0;       // 0: leaf. Of a top branch that was not opened yet: 1, until it is known
    std::uint64_t index = 0;  // within its level, from the left
    bool last = true;         // the rightmost of its level
};

class TreeWalker {
public:
    explicit TreeWalker(const VerifyKey& key);

    // The segment wanted now; nullopt at the end.
    std::optional<TreeNode> next() const;
    // The segments wanted now and after that, as far as they are known: what to fetch ahead.
    std::vector<TreeNode> upcoming(std::size_t at_most) const;
    // Goes on without looking into the segment. Requires: next() is a leaf.
    void pass_leaf();
    // Goes into the branch next(). Code::corrupt or Code::malformed when it does not open or is of another
    // shape; the walker stays where it is.
    Result<Branch> enter_branch(SealedStripe stripe);
    // The same in two steps, for who has more to check of a branch before the walk goes on.
    Result<Branch> open_branch(SealedStripe stripe) const;
    void descend(const Branch& branch);

private:
    Key256 verify_;
    std::vector<TreeNode> pending_;  // reverse reading order: the back is next
    bool top_opened_ = false;
};

class FileReader {
public:
    explicit FileReader(ReadKey key);

    std::optional<TreeNode> next() const { return walker_.next(); }
    std::vector<TreeNode> upcoming(std::size_t at_most) const { return walker_.upcoming(at_most); }
    bool done() const { return !next(); }

    // Takes the recovered segment next() and returns the file's bytes in it (none for a branch).
    // Code::corrupt or Code::malformed: the tree is not what it claims; the reader stays where it is.
    Result<Plaintext> deliver(SealedStripe stripe);

    // Known once the top segment was delivered.
    bool opened() const { return shape_.has_value(); }
    const std::string& name() const { return name_; }
    std::uint64_t size() const { return shape_ ? shape_->size() : 0; }
    const std::optional<FileShape>& shape() const { return shape_; }

private:
    Result<Plaintext> deliver_leaf(const TreeNode& node, SealedStripe stripe);
    Result<Plaintext> deliver_branch(const TreeNode& node, SealedStripe stripe);
    Result<> take_leaf_metadata(const TreeNode& node, Plaintext& content);
    // The shape of the whole file, as the branch tells it or fits into it.
    Result<FileShape> check_branch(const TreeNode& node, const Branch& branch,
                                   const BranchPrivate& hidden) const;

    ReadKey key_;
    TreeWalker walker_;
    std::optional<FileShape> shape_;
    std::string name_;
};

}  // namespace catacomb::storage
