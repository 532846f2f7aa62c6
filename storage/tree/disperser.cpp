#include "storage/tree/disperser.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {

Result<FileDisperser> FileDisperser::create(InsertParameters parameters) {
    if (!valid_file_name(parameters.name)) {
        return error(Code::bad_input, "a stored name is at most 255 bytes of text without slashes");
    }
    return FileDisperser(std::move(parameters));
}

FileDisperser::FileDisperser(InsertParameters parameters)
    : shape_(parameters.size, parameters.name.size(), parameters.fanout),
      keys_(FileKeys::derive(parameters.convergence_secret, parameters.file_hash)),
      file_hash_(parameters.file_hash),
      name_(std::move(parameters.name)) {
    if (shape_.single_leaf()) leaf_ = encode_leaf_name(name_);
    leaf_front_ = leaf_.size();
}

std::size_t FileDisperser::leaf_wants() const {
    return next_leaf_ == shape_.count(0) ? 0 : leaf_front_ + shape_.leaf_size(next_leaf_) - leaf_.size();
}

Result<std::size_t> FileDisperser::feed(ByteView bytes) {
    if (next_leaf_ == shape_.count(0) && !bytes.empty()) {
        return error(Code::changed, "the file grew while it was being inserted");
    }
    const auto taken = bytes.first(std::min(bytes.size(), leaf_wants()));
    hasher_.add(taken);
    append(leaf_, taken);
    fed_ += taken.size();
    return taken.size();
}

Result<std::optional<NewSegment>> FileDisperser::next() {
    if (const auto level = full_branch()) return std::optional(take_branch(*level));
    if (next_leaf_ == shape_.count(0) || leaf_wants() > 0) return std::optional<NewSegment>();
    if (fed_ == shape_.size() && hasher_.digest() != file_hash_) {
        return error(Code::changed, "the file changed while it was being inserted");
    }
    return std::optional(take_leaf());
}

NewSegment FileDisperser::take_leaf() {
    const auto index = next_leaf_++;
    NewSegment out{0, index, seal_leaf(keys_, index, shape_.leaf_profile(index), leaf_)};
    leaf_.clear();
    adopt(0, out.blocks);
    return out;
}

NewSegment FileDisperser::take_branch(unsigned level) {
    auto& branch = open_[level];
    const auto index = branch.index++;
    const auto& name = level == shape_.levels() ? name_ : std::string();
    const BranchPrivate hidden{shape_.bytes_under(level, index), name};
    NewSegment out{level, index, seal_branch(keys_, level, index, branch.children, hidden)};
    branch.children.clear();
    adopt(level, out.blocks);
    return out;
}

std::optional<unsigned> FileDisperser::full_branch() const {
    for (unsigned level = 1; level <= shape_.levels(); ++level) {
        const auto& branch = open_[level];
        if (branch.children.empty()) continue;
        if (branch.children.size() == shape_.children(level, branch.index)) return level;
    }
    return std::nullopt;
}

void FileDisperser::adopt(unsigned level, const SegmentBlocks& child) {
    const auto kind = level == 0 ? SegmentKind::leaf : SegmentKind::branch;
    const SegmentRef ref{child.root(), child.profile(), kind};
    if (level == shape_.levels()) {
        top_ = ref;
    } else {
        open_[level + 1].children.push_back(ref);
    }
}

Result<ReadKey> FileDisperser::finish() const {
    if (!top_) {
        return error(Code::changed, "the file ended after " + std::to_string(fed_) + " of its " +
                                        std::to_string(shape_.size()) + " bytes");
    }
    return ReadKey{*top_, keys_.read.clone()};
}

}  // namespace catacomb::storage
