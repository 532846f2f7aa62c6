#include "storage/tree/walker.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {

namespace label = crypto::label;

static Error wrong_shape() {
    return error(Code::malformed, "the file's tree is not built as a file's tree is");
}

TreeWalker::TreeWalker(const VerifyKey& key) : verify_(key.verify.clone()) {
    CHECK(key.top.kind == SegmentKind::leaf || key.top.kind == SegmentKind::branch);
    pending_.push_back({key.top, key.top.kind == SegmentKind::leaf ? 0u : 1u, 0, true});
}

std::optional<TreeNode> TreeWalker::next() const {
    if (pending_.empty()) return std::nullopt;
    return pending_.back();
}

std::vector<TreeNode> TreeWalker::upcoming(std::size_t at_most) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min(at_most, pending_.size()));
    return {pending_.rbegin(), pending_.rbegin() + count};
}

void TreeWalker::pass_leaf() {
    CHECK(!pending_.empty() && pending_.back().level == 0);
    pending_.pop_back();
}

Result<Branch> TreeWalker::enter_branch(SealedStripe stripe) {
    auto branch = open_branch(std::move(stripe));
    if (branch) descend(*branch);
    return branch;
}

Result<Branch> TreeWalker::open_branch(SealedStripe stripe) const {
    CHECK(!pending_.empty() && pending_.back().level > 0);
    const auto& node = pending_.back();
    const auto content = std::move(stripe).open(label::kBranchKey, verify_);
    if (!content) return content.error();
    auto branch = Branch::decode(content->view());
    if (!branch) return branch;
    // Each step goes down exactly one level, so the walk ends.
    if (top_opened_ && branch->level != node.level) return wrong_shape();
    if (!node.last && branch->children.size() != kFanout) return wrong_shape();
    for (std::size_t i = 0; i < branch->children.size(); ++i) {
        const bool last = node.last && i + 1 == branch->children.size();
        const auto& child = branch->children[i];
        if (child.kind == SegmentKind::leaf && !last && child.profile != kFullProfile) return wrong_shape();
    }
    return branch;
}

void TreeWalker::descend(const Branch& branch) {
    const auto node = pending_.back();
    top_opened_ = true;
    pending_.pop_back();
    for (auto i = branch.children.size(); i-- > 0;) {
        const bool last = node.last && i + 1 == branch.children.size();
        pending_.push_back({branch.children[i], branch.level - 1, node.index * kFanout + i, last});
    }
}

FileReader::FileReader(ReadKey key) : key_(std::move(key)), walker_(key_.weaken()) {}

Result<Plaintext> FileReader::deliver(SealedStripe stripe) {
    const auto node = next();
    CHECK(node.has_value());
    if (stripe.profile() != node->ref.profile) return wrong_shape();
    return node->level == 0 ? deliver_leaf(*node, std::move(stripe))
                            : deliver_branch(*node, std::move(stripe));
}

Result<Plaintext> FileReader::deliver_leaf(const TreeNode& node, SealedStripe stripe) {
    auto content = std::move(stripe).open(label::kLeafKey, key_.read);
    if (!content) return content;
    if (!opened()) {
        if (auto taken = take_leaf_metadata(node, *content); !taken) return taken.error();
    }
    if (content->size != shape_->leaf_size(node.index)) return wrong_shape();
    if (node.ref.profile != shape_->leaf_profile(node.index)) return wrong_shape();
    walker_.pass_leaf();
    return content;
}

// A leaf that comes first is the whole file, with its name in front.
Result<> FileReader::take_leaf_metadata(const TreeNode& node, Plaintext& content) {
    auto data = content.view();
    auto name = take_leaf_name(data);
    if (!name) return name.error();
    const FileShape shape(data.size(), name->size());
    if (!shape.single_leaf() || node.ref.profile != shape.leaf_profile(0)) return wrong_shape();
    content.offset += content.size - data.size();
    content.size = data.size();
    name_ = std::move(*name);
    shape_ = shape;
    return ok();
}

Result<Plaintext> FileReader::deliver_branch(const TreeNode& node, SealedStripe stripe) {
    const auto secret = stripe.secret().clone();
    const auto branch = walker_.open_branch(std::move(stripe));
    if (!branch) return branch.error();
    auto hidden = branch->open_box(key_.read, secret);
    if (!hidden) return hidden.error();
    auto shape = check_branch(node, *branch, *hidden);
    if (!shape) return shape.error();
    if (!opened()) name_ = std::move(hidden->name);
    shape_ = *shape;
    walker_.descend(*branch);
    return Plaintext{};
}

Result<FileShape> FileReader::check_branch(const TreeNode& node, const Branch& branch,
                                           const BranchPrivate& hidden) const {
    if (opened() && !hidden.name.empty()) return wrong_shape();
    const auto shape = opened() ? *shape_ : FileShape(hidden.size, hidden.name.size());
    if (!opened() && shape.levels() != branch.level) return wrong_shape();
    if (hidden.size != shape.bytes_under(branch.level, node.index)) return wrong_shape();
    if (branch.children.size() != shape.children(branch.level, node.index)) return wrong_shape();
    return shape;
}

}  // namespace catacomb::storage
