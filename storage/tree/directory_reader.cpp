#include "storage/tree/directory_reader.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {

static Error wrong_shape() { return error(Code::malformed, "the directory is not built as a directory is"); }

DirectoryReader::DirectoryReader(ReadKey key, std::optional<std::string> only)
    : key_(std::move(key)), only_(std::move(only)) {
    CHECK(key_.top.kind == SegmentKind::directory);
    pending_.push_back({key_.top, {}, {}, {}});
}

std::optional<SegmentRef> DirectoryReader::next() const {
    if (pending_.empty()) return std::nullopt;
    return pending_.back().ref;
}

Result<std::vector<DirectoryEntry>> DirectoryReader::deliver(SealedStripe stripe) {
    CHECK(!pending_.empty());
    const auto& wanted = pending_.back();
    if (stripe.profile() != wanted.ref.profile) return wrong_shape();
    const auto secret = stripe.secret().clone();
    const auto content = std::move(stripe).open(crypto::label::kBranchKey, verify_key_of(key_.read));
    if (!content) return content.error();
    const auto node = DirectoryNode::decode(wanted.ref.profile, content->view());
    if (!node) return node.error();
    // Each step goes down exactly one level, so the walk ends.
    if (wanted.level && *wanted.level != node->level) return wrong_shape();
    return node->level == 1 ? take_entries(*node, secret) : take_parts(*node, secret);
}

Result<> DirectoryReader::check(const Wanted& wanted, const DirectoryPart& found,
                                const std::string& last) const {
    if (wanted.part && (wanted.part->first != found.first || wanted.part->entries != found.entries)) {
        return wrong_shape();
    }
    if (wanted.before && last >= *wanted.before) return wrong_shape();
    return ok();
}

Result<std::vector<DirectoryEntry>> DirectoryReader::take_entries(const DirectoryNode& node,
                                                                  const Key256& secret) {
    auto entries = node.open_entries(key_.read, secret);
    if (!entries) return entries;
    DirectoryPart found;
    std::string last;
    if (!entries->empty()) {
        found = {entries->front().name, entries->size()};
        last = entries->back().name;
    }
    if (auto fits = check(pending_.back(), found, last); !fits) return fits.error();
    pending_.pop_back();
    if (only_) std::erase_if(*entries, [this](const auto& entry) { return entry.name != *only_; });
    return entries;
}

Result<std::vector<DirectoryEntry>> DirectoryReader::take_parts(const DirectoryNode& node,
                                                                const Key256& secret) {
    auto parts = node.open_parts(key_.read, secret);
    if (!parts) return parts.error();
    DirectoryPart found{parts->front().first, 0};
    for (const auto& part : *parts) {
        if (part.entries > UINT64_MAX - found.entries) return wrong_shape();
        found.entries += part.entries;
    }
    if (auto fits = check(pending_.back(), found, parts->back().first); !fits) return fits.error();
    auto before = pending_.back().before;
    pending_.pop_back();
    for (auto i = parts->size(); i-- > 0;) {
        auto first = (*parts)[i].first;
        // The one name can only be in the last part that begins at or before it.
        if (!only_ || first <= *only_) {
            pending_.push_back({node.parts[i], node.level - 1, std::move((*parts)[i]), before});
            if (only_) break;
        }
        before = std::move(first);
    }
    return std::vector<DirectoryEntry>();
}

}  // namespace catacomb::storage
