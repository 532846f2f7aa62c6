#include "routing/rendezvous/registry.hpp"

#include <algorithm>

namespace catacomb::routing {

crypto::Digest inventory_digest(const std::set<PositionPrefix>& inventory) {
    crypto::Hasher hasher(crypto::label::kInventory);
    for (auto prefix : inventory) hasher.u64(prefix);
    return hasher.digest();
}

Result<bool> Registry::enter(const RegisteredVault& vault, const crypto::Digest& inventory, Time) {
    auto found = vaults_.find(vault.id);
    if (found == vaults_.end()) {
        if (vaults_.size() >= limits_.vaults && !make_room())
            return error(Code::limit, "too many vaults are registered");
        found = vaults_.emplace(vault.id, Entry{}).first;
    }
    auto& entry = found->second;
    if (entry.vault.session != 0) sessions_.erase(entry.vault.session);
    entry.vault = vault;
    sessions_[vault.session] = vault.id;
    return inventory_digest(entry.inventory) != inventory;
}

void Registry::leave(std::uint64_t session, Time now) {
    auto* entry = by_session(session);
    if (!entry) return;
    sessions_.erase(session);
    entry->vault.session = 0;
    entry->left = now;
}

void Registry::clear_inventory(std::uint64_t session) {
    if (auto* entry = by_session(session)) forget_prefixes(entry->vault.id, *entry);
}

Result<> Registry::update(std::uint64_t session, const std::vector<PositionPrefix>& added,
                          const std::vector<PositionPrefix>& removed) {
    auto* entry = by_session(session);
    if (!entry) return ok();
    for (auto prefix : removed) {
        if (entry->inventory.erase(prefix) == 0) continue;
        --prefixes_;
        auto at = holders_.find(prefix);
        std::erase(at->second, entry->vault.id);
        if (at->second.empty()) holders_.erase(at);
    }
    for (auto prefix : added) {
        if (entry->inventory.contains(prefix)) continue;
        if (entry->inventory.size() >= limits_.inventory || prefixes_ >= limits_.prefixes)
            return error(Code::limit, "the inventory is too long");
        entry->inventory.insert(prefix);
        ++prefixes_;
        auto& ids = holders_[prefix];
        ids.insert(std::lower_bound(ids.begin(), ids.end(), entry->vault.id), entry->vault.id);
    }
    return ok();
}

void Registry::expire(Time now) {
    for (auto it = vaults_.begin(); it != vaults_.end();) {
        auto& entry = it->second;
        if (entry.vault.session == 0 && now - entry.left > kAbsentKept) {
            forget_prefixes(it->first, entry);
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
    forget_prefixes(oldest->first, oldest->second);
    vaults_.erase(oldest);
    return true;
}

void Registry::forget_prefixes(const VaultId& id, Entry& entry) {
    for (auto prefix : entry.inventory) {
        auto at = holders_.find(prefix);
        std::erase(at->second, id);
        if (at->second.empty()) holders_.erase(at);
    }
    prefixes_ -= entry.inventory.size();
    entry.inventory.clear();
}

}  // namespace catacomb::routing
