#include "routing/rendezvous/registry.hpp"

#include <algorithm>

namespace catacomb::routing {

Result<std::uint64_t> Registry::enter(const RegisteredVault& vault) {
    auto found = vaults_.find(vault.id);
    if (found == vaults_.end()) {
        if (vaults_.size() >= limits_.vaults && !make_room())
            return error(Code::limit, "too many vaults are registered");
        found = vaults_.emplace(vault.id, Entry{}).first;
    }
    auto& entry = found->second;
    const auto older = entry.vault.session;
    sessions_.erase(older);
    entry.vault = vault;
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

Result<> Registry::update(std::uint64_t session, const InventoryUpdate& update) {
    auto* entry = by_session(session);
    if (!entry) return ok();
    for (const auto range : update.ranges) forget(*entry, entry->inventory.in_range(update.bits, range));
    forget(*entry, update.removed);
    for (const auto prefix : update.added) {
        if (auto added = add(*entry, prefix); !added) return added;
    }
    return ok();
}

Result<> Registry::add(Entry& entry, PositionPrefix prefix) {
    if (entry.inventory.contains(prefix)) return ok();
    if (entry.inventory.size() >= limits_.inventory || prefixes_ >= limits_.prefixes)
        return error(Code::limit, "the inventory is too long");
    entry.inventory.insert(prefix);
    ++prefixes_;
    auto& ids = holders_[prefix];
    ids.insert(std::lower_bound(ids.begin(), ids.end(), entry.vault.id), entry.vault.id);
    return ok();
}

void Registry::remove(Entry& entry, PositionPrefix prefix) {
    if (!entry.inventory.erase(prefix)) return;
    --prefixes_;
    const auto at = holders_.find(prefix);
    std::erase(at->second, entry.vault.id);
    if (at->second.empty()) holders_.erase(at);
}

void Registry::forget(Entry& entry, const std::vector<PositionPrefix>& prefixes) {
    for (const auto prefix : prefixes) remove(entry, prefix);
}

void Registry::expire(Time now) {
    for (auto it = vaults_.begin(); it != vaults_.end();) {
        auto& entry = it->second;
        if (entry.vault.session == 0 && now - entry.left > kAbsentKept) {
            forget(entry, entry.inventory.all());
            it = vaults_.erase(it);
        } else {
            ++it;
        }
    }
}

std::vector<RegisteredVault> Registry::holders(PositionPrefix prefix) const {
    std::vector<RegisteredVault> out;
    auto at = holders_.find(prefix);
    if (at == holders_.end()) return out;
    for (const auto& id : at->second) {
        const auto& vault = vaults_.at(id).vault;
        if (vault.session != 0) out.push_back(vault);
    }
    return out;
}

Known Registry::known(PositionPrefix prefix) const {
    auto at = holders_.find(prefix);
    if (at == holders_.end()) return Known::no;
    const auto here = [&](const VaultId& id) { return vaults_.at(id).vault.session != 0; };
    return std::any_of(at->second.begin(), at->second.end(), here) ? Known::yes : Known::absent;
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

// Forgets the vault that has been absent longest. False when there is none.
bool Registry::make_room() {
    auto oldest = vaults_.end();
    for (auto it = vaults_.begin(); it != vaults_.end(); ++it) {
        if (it->second.vault.session != 0) continue;
        if (oldest == vaults_.end() || it->second.left < oldest->second.left) oldest = it;
    }
    if (oldest == vaults_.end()) return false;
    forget(oldest->second, oldest->second.inventory.all());
    vaults_.erase(oldest);
    return true;
}

}  // namespace catacomb::routing
