// Registry: which vaults are registered at this rendezvous, and which blocks they have told of
// (docs/spec/storage-messages.md 4). A vault is known by its id and the number of the session (the circuit)
// by which it is reached; after that broke it is absent, and what it held stays known for 72 hours. Pure:
// time comes in.
#pragma once

#include <map>
#include <vector>

#include "base/time.hpp"
#include "routing/rendezvous/inventory.hpp"

namespace catacomb::routing {

inline constexpr Duration kAbsentKept = hours(72);

// The maxima of one registry.
struct RegistryLimits {
    std::size_t vaults = 4096;                     // present and absent
    std::size_t inventory = std::size_t{2} << 20;  // prefixes of one vault: 498 GiB of the largest blocks
    std::size_t prefixes = std::size_t{8} << 20;   // of all vaults: about 1.4 GiB
};

enum class Known { no, yes, absent };

struct RegisteredVault {
    VaultId id;
    crypto::VerifyKey key;
    std::uint32_t capacity_class = 0;
    std::uint64_t session = 0;  // 0: absent
};

// What a vault tells of its blocks: first whole ranges begin anew, then some go, then some come.
struct InventoryUpdate {
    unsigned bits = 0;                  // of the ranges
    std::vector<std::uint16_t> ranges;  // of which all is forgotten
    std::vector<PositionPrefix> removed, added;
};

class Registry {
public:
    explicit Registry(RegistryLimits limits = {}) : limits_(limits) {}

    // The vault is reachable by `session` from now on, in place of an older one, whose number comes back (0:
    // there was none). When too many vaults are known, the one that has been absent longest is forgotten;
    // Code::limit when all are present.
    Result<std::uint64_t> enter(const RegisteredVault& vault);
    // The session broke. An older session that was replaced changes nothing.
    void leave(std::uint64_t session, Time now);
    // What the vault of that session has told, in this session or an earlier one; null without a session.
    const Inventory* inventory(std::uint64_t session) const;
    // Code::limit over a cap. A session that is not in the registry is ignored.
    Result<> update(std::uint64_t session, const InventoryUpdate& update);
    void expire(Time now);

    // Present vaults that hold the block, in order of id.
    std::vector<RegisteredVault> holders(PositionPrefix prefix) const;
    Known known(PositionPrefix prefix) const;
    std::vector<RegisteredVault> present() const;
    std::size_t size() const { return vaults_.size(); }

private:
    struct Entry {
        RegisteredVault vault;
        Inventory inventory;
        Time left{};
    };
    Entry* by_session(std::uint64_t session);
    bool make_room();
    Result<> add(Entry& entry, PositionPrefix prefix);
    void remove(Entry& entry, PositionPrefix prefix);
    void forget(Entry& entry, const std::vector<PositionPrefix>& prefixes);

    RegistryLimits limits_;
    std::size_t prefixes_ = 0;  // in all inventories
    std::map<VaultId, Entry> vaults_;
    std::map<std::uint64_t, VaultId> sessions_;
    std::map<PositionPrefix, std::vector<VaultId>> holders_;
};

}  // namespace catacomb::routing
