#include "routing/rendezvous/registry.hpp"

#include <algorithm>

#include "base/defence.hpp"

namespace catacomb::routing {
namespace {

// What a vault takes beside its inventory: its entry, and the nodes of two maps.
constexpr std::size_t kVaultBytes = 512;
// By so much the largest must be larger than who wants its room, or both would go back and forth.
constexpr std::size_t kTooAlike = 16 * 1024;
constexpr unsigned kMostBroken = 8;  // counted: after that many claims kept it is as good as any other

// A part of one list; `at` goes on behind it.
template <class Item>
std::vector<Item> next_part(const std::vector<Item>& all, std::size_t& at, std::size_t most) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(most, all.size() - at);
    at += count;
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

std::vector<InventoryUpdate> in_steps(const InventoryUpdate& update) {
    std::vector<InventoryUpdate> out;
    std::size_t ranges = 0, removed = 0, added = 0;
    while (ranges < update.ranges.size())
        out.push_back({update.bits, next_part(update.ranges, ranges, kRangesPerStep), {}, {}});
    while (removed < update.removed.size())
        out.push_back({update.bits, {}, next_part(update.removed, removed, kPrefixesPerStep), {}});
    while (added < update.added.size())
        out.push_back({update.bits, {}, {}, next_part(update.added, added, kPrefixesPerStep)});
    return out;
}

std::size_t Registry::bytes_of(const Entry& entry) { return kVaultBytes + entry.inventory.bytes(); }

template <class Change>
void Registry::change(Entry& entry, Change&& how) {
    const auto before = bytes_of(entry);
    how(entry.inventory);
    bytes_ = bytes_ - before + bytes_of(entry);
}

Result<std::uint64_t> Registry::enter(const RegisteredVault& vault) {
    auto found = vaults_.find(vault.id);
    if (found == vaults_.end()) {
        if (vaults_.size() >= limits_.vaults && !forget_one_away())
            return error(Code::limit, "too many vaults are registered");
        const Entry fresh{};
        if (!make_room(bytes_of(fresh), fresh)) return error(Code::limit, "the registry is full");
        found = vaults_.emplace(vault.id, fresh).first;
        bytes_ += bytes_of(fresh);
    }
    auto& entry = found->second;
    const auto older = entry.vault.session;
    sessions_.erase(older);
    const auto broken = entry.vault.broken;
    entry.vault = vault;
    entry.vault.broken = broken;
    sessions_[vault.session] = vault.id;
    return older;
}

void Registry::leave(std::uint64_t session, Time now) {
    auto* entry = by_session(session);
    if (!entry) return;
    sessions_.erase(session);
    entry->vault.session = 0;
    entry->left = now;
}

const Inventory* Registry::inventory(std::uint64_t session) const {
    const auto at = sessions_.find(session);
    return at == sessions_.end() ? nullptr : &vaults_.at(at->second).inventory;
}

bool Registry::update(std::uint64_t session, const InventoryUpdate& update) {
    auto* entry = by_session(session);
    if (!entry) return true;
    change(*entry, [&](Inventory& inventory) {
        for (const auto range : update.ranges) inventory.erase_range(update.bits, range);
        for (const auto prefix : update.removed) inventory.erase(prefix);
    });
    return std::all_of(update.added.begin(), update.added.end(),
                       [&](const auto prefix) { return add(*entry, prefix); });
}

bool Registry::add(Entry& entry, PositionPrefix prefix) {
    if (entry.inventory.contains(prefix)) return true;
    if (!make_room(Inventory::kMostGrowth, entry)) return false;
    change(entry, [prefix](Inventory& inventory) { inventory.insert(prefix); });
    return true;
}

bool Registry::make_room(std::size_t bytes, const Entry& to) {
    while (bytes_ + bytes > limits_.bytes) {
        if (!stands(Defence::registry_is_shared)) return false;
        // Who has more than his share shall not cost others what is known of them while they are away.
        const bool in_share = bytes_of(to) <= limits_.bytes / std::max<std::size_t>(sessions_.size(), 1);
        if (!(in_share && forget_one_away()) && !make_largest_give_way(to)) return false;
    }
    return true;
}

bool Registry::make_largest_give_way(const Entry& to) {
    const auto smaller = [](const auto& a, const auto& b) { return bytes_of(a.second) < bytes_of(b.second); };
    const auto largest = std::max_element(vaults_.begin(), vaults_.end(), smaller);
    if (largest == vaults_.end() || bytes_of(largest->second) < bytes_of(to) + kTooAlike) return false;
    change(largest->second, [](Inventory& inventory) { inventory.give_way(); });
    return true;
}

std::size_t Registry::share() const {
    const auto bytes = limits_.bytes / std::max<std::size_t>(sessions_.size(), 1);
    constexpr auto kFixed = kVaultBytes + Inventory::kMostGrowth + kTooAlike;
    return bytes <= kFixed ? 1 : 1 + (bytes - kFixed) / PrefixSet::kBytesEach;
}

Registry::Entries::iterator Registry::forget(Entries::iterator at) {
    bytes_ -= bytes_of(at->second);
    return vaults_.erase(at);
}

void Registry::judge(std::uint64_t session, bool held) {
    auto* entry = by_session(session);
    if (!entry) return;
    auto& broken = entry->vault.broken;
    if (!held && broken < kMostBroken) ++broken;
    if (held && broken > 0) --broken;
}

void Registry::expire(Time now) {
    for (auto it = vaults_.begin(); it != vaults_.end();) {
        const bool over = it->second.vault.session == 0 && now - it->second.left > kAbsentKept;
        it = over ? forget(it) : std::next(it);
    }
}

std::vector<RegisteredVault> Registry::holders(PositionPrefix prefix) const {
    std::vector<RegisteredVault> out;
    for (const auto& [id, entry] : vaults_) {
        if (entry.vault.session != 0 && entry.inventory.contains(prefix)) out.push_back(entry.vault);
    }
    return out;
}

Known Registry::known(PositionPrefix prefix) const {
    auto out = Known::no;
    for (const auto& [id, entry] : vaults_) {
        if (!entry.inventory.contains(prefix)) continue;
        if (entry.vault.session != 0) return Known::yes;
        out = Known::absent;
    }
    return out;
}

std::vector<RegisteredVault> Registry::present() const {
    std::vector<RegisteredVault> out;
    for (const auto& [id, entry] : vaults_) {
        if (entry.vault.session != 0) out.push_back(entry.vault);
    }
    return out;
}

Registry::Entry* Registry::by_session(std::uint64_t session) {
    auto at = sessions_.find(session);
    return at == sessions_.end() ? nullptr : &vaults_.at(at->second);
}

// The one that has been away longest. False when all are here.
bool Registry::forget_one_away() {
    auto oldest = vaults_.end();
    for (auto it = vaults_.begin(); it != vaults_.end(); ++it) {
        if (it->second.vault.session != 0) continue;
        if (oldest == vaults_.end() || it->second.left < oldest->second.left) oldest = it;
    }
    if (oldest == vaults_.end()) return false;
    forget(oldest);
    return true;
}

}  // namespace catacomb::routing
