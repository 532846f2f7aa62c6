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
    if (read(put.id)) return extend(put.id, put.lease_end, put.asker);
    erase(put.id);
    const auto charge = quota_charge(put.bytes.size());
    if (used_ + charge > quota_) return error(Code::full, "the vault's quota is used up");
    BlockInfo info;
    info.size = static_cast<std::uint32_t>(put.bytes.size());
    info.profile = put.profile;
    info.asker = put.asker;
    info.lease_end = put.lease_end;
    info.stored = day_of(put.now);
    entries_[put.id] = Entry{std::make_shared<const Bytes>(put.bytes), info, false};
    used_ += charge;
    changed(put.id);
    return ok();
}

Result<> MemoryBlockStore::extend(const BlockId& id, Time lease_end, Asker asker) {
    auto& info = entries_.at(id).info;
    if (info.lease_end >= lease_end) return ok();
    info.lease_end = lease_end;
    info.asker = asker;
    changed(id);
    return ok();
}

std::vector<Result<>> MemoryBlockStore::renew(std::span<const Renewal> renewals) {
    const std::lock_guard lock(mutex_);
    std::vector<Result<>> out;
    for (const auto& one : renewals) {
        auto stored = read(one.id);
        if (stored && one.size != 0 && one.size != stored->size()) stored = error(Code::not_found);
        out.push_back(stored ? extend(one.id, one.lease_end, one.asker) : Result<>(stored.error()));
    }
    return out;
}

void MemoryBlockStore::erase(const BlockId& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    used_ -= quota_charge(found->second.bytes->size());
    entries_.erase(found);
    changed(id);
}

void MemoryBlockStore::changed(const BlockId& id) {
    if (holding_) return;
    const auto now = entries_.find(id);
    if (now == entries_.end()) {
        durable_.erase(id);
    } else {
        durable_[id] = now->second;
    }
}

Result<Bytes> MemoryBlockStore::read(const BlockId& id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return error(Code::not_found);
    if (unreadable_) return error(Code::io, "the disk cannot read a stored block");
    if (found->second.damaged) return error(Code::corrupt, "the stored block is damaged");
    return *found->second.bytes;
}

Result<Bytes> MemoryBlockStore::get(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    return read(id);
}

Result<Bytes> MemoryBlockStore::fetch(const BlockId& id, Time now) {
    const std::lock_guard lock(mutex_);
    auto out = read(id);
    if (out) entries_.at(id).info.fetched = std::max(entries_.at(id).info.fetched, day_of(now));
    return out;
}

bool MemoryBlockStore::has(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    return entries_.count(id) > 0;
}

Result<> MemoryBlockStore::remove(std::span<const BlockId> ids) {
    const std::lock_guard lock(mutex_);
    for (const auto& id : ids) erase(id);
    return ok();
}

Result<std::vector<BlockId>> MemoryBlockStore::expire(Time now, std::size_t max) {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<Time, BlockId>> ended;
    for (const auto& [id, entry] : entries_) {
        if (entry.info.lease_end <= now) ended.emplace_back(entry.info.lease_end, id);
    }
    std::sort(ended.begin(), ended.end());
    ended.resize(std::min(ended.size(), max));
    std::vector<BlockId> out;
    for (const auto& [when, id] : ended) {
        erase(id);
        out.push_back(id);
    }
    return out;
}

Result<std::vector<BlockId>> MemoryBlockStore::list(const std::optional<BlockId>& after, std::size_t max) {
    const std::lock_guard lock(mutex_);
    std::vector<BlockId> out;
    auto at = after ? entries_.upper_bound(*after) : entries_.begin();
    for (; at != entries_.end() && out.size() < max; ++at) out.push_back(at->first);
    return out;
}

Result<BlockInfo> MemoryBlockStore::info(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return error(Code::not_found);
    return found->second.info;
}

Usage MemoryBlockStore::usage() {
    const std::lock_guard lock(mutex_);
    return {entries_.size(), used_, quota_};
}

void MemoryBlockStore::hold_syncs(bool hold) {
    const std::lock_guard lock(mutex_);
    holding_ = hold;
    if (!hold) durable_ = entries_;
}

void MemoryBlockStore::crash() {
    const std::lock_guard lock(mutex_);
    entries_ = durable_;
    used_ = 0;
    for (const auto& [id, entry] : entries_) used_ += quota_charge(entry.bytes->size());
}

bool MemoryBlockStore::damage(const BlockId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    found->second.damaged = true;
    const auto kept = durable_.find(id);
    if (kept != durable_.end()) kept->second.damaged = true;
    return true;
}

void MemoryBlockStore::fail_reads(bool fail) {
    const std::lock_guard lock(mutex_);
    unreadable_ = fail;
}

}  // namespace catacomb::storage
