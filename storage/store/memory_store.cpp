#include "storage/store/memory_store.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace catacomb::storage {

std::vector<Result<>> MemoryBlockStore::put_group(std::span<const Put> puts) {
    const std::lock_guard lock(mutex_);
    std::vector<Result<>> out;
    for (const auto& one : puts) out.push_back(put(one));
    return out;
}

Result<> MemoryBlockStore::put(const Put& put) {
    CHECK(!put.bytes.empty() && put.bytes.size() <= kMaxBlockSize);
    auto found = entries_.find(put.id);
    if (found != entries_.end() && !found->second.damaged) {
        found->second.lease_end = std::max(found->second.lease_end, put.lease_end);
        return ok();
    }
    if (found != entries_.end()) erase(found);
    const auto charge = quota_charge(put.bytes.size());
    if (used_ + charge > quota_) return error(Code::full, "the vault's quota is used up");
    entries_.emplace(put.id, Entry{put.bytes, put.lease_end, !holding_, false});
    used_ += charge;
    return ok();
}

void MemoryBlockStore::erase(std::map<BlockId, Entry>::iterator at) {
    used_ -= quota_charge(at->second.bytes.size());
    entries_.erase(at);
}

Result<Bytes> MemoryBlockStore::get(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return error(Code::not_found);
    if (found->second.damaged) return error(Code::corrupt, "the stored block is damaged");
    return found->second.bytes;
}

bool MemoryBlockStore::has(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    return entries_.count(id) > 0;
}

Result<> MemoryBlockStore::remove(std::span<const BlockId> ids) {
    const std::lock_guard lock(mutex_);
    for (const auto& id : ids) {
        if (const auto found = entries_.find(id); found != entries_.end()) erase(found);
    }
    return ok();
}

Result<std::size_t> MemoryBlockStore::expire(Time now, std::size_t max) {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<Time, BlockId>> ended;
    for (const auto& [id, entry] : entries_) {
        if (entry.lease_end <= now) ended.emplace_back(entry.lease_end, id);
    }
    std::sort(ended.begin(), ended.end());
    ended.resize(std::min(ended.size(), max));
    for (const auto& [when, id] : ended) erase(entries_.find(id));
    return ended.size();
}

Result<std::vector<BlockId>> MemoryBlockStore::list(const std::optional<BlockId>& after, std::size_t max) {
    const std::lock_guard lock(mutex_);
    std::vector<BlockId> out;
    auto at = after ? entries_.upper_bound(*after) : entries_.begin();
    for (; at != entries_.end() && out.size() < max; ++at) out.push_back(at->first);
    return out;
}

Result<Time> MemoryBlockStore::lease_end(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return error(Code::not_found);
    return found->second.lease_end;
}

Usage MemoryBlockStore::usage() {
    const std::lock_guard lock(mutex_);
    return {entries_.size(), used_, quota_};
}

void MemoryBlockStore::hold_syncs(bool hold) {
    const std::lock_guard lock(mutex_);
    holding_ = hold;
    if (hold) return;
    for (auto& [id, entry] : entries_) entry.synced = true;
}

void MemoryBlockStore::crash() {
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.begin(); at != entries_.end();) {
        const auto next = std::next(at);
        if (!at->second.synced) erase(at);
        at = next;
    }
}

bool MemoryBlockStore::damage(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    return found->second.damaged = true;
}

}  // namespace catacomb::storage
