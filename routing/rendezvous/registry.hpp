// Registry: which vaults are registered at this rendezvous, and which blocks they have told of (section 4 of
// docs/spec/storage-messages.md). A vault is known by its id and the number of the session (the circuit) by
// which it is reached; after that broke it is absent; what it held stays known for 72 hours. Pure: time comes
// in.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/time.hpp"
#include "routing/rendezvous/placement.hpp"

namespace catacomb::routing {

inline constexpr Duration kAbsentKept = hours(72);

// The maxima of one registry.
struct RegistryLimits {
    std::size_t vaults = 4096;                     // present and absent
    std::size_t inventory = std::size_t{2} << 20;  // prefixes of one vault: 128 GiB of full blocks
    std::size_t prefixes = std::size_t{8} << 20;   // of all vaults: about 1.4 GiB
};

enum class Known { no, yes, absent };

struct RegisteredVault {
    VaultId id;
    crypto::VerifyKey key;
    std::uint32_t capacity_class = 0;
    std::uint64_t session = 0;  // 0: absent
};

class Registry {
public:
    explicit Registry(RegistryLimits limits = {}) : limits_(limits) {}

    // The vault is reachable by `session` from now on, in place of an older one. Returns whether its
    // inventory is needed: false when what is known of it has the digest that it named. When too many vaults
    // are known, the one that has been absent longest is forgotten; Code::limit when all are present.
    Result<bool> enter(const RegisteredVault& vault, const crypto::Digest& inventory, Time now);
    // The session broke. An older session that was replaced changes nothing.
    void leave(std::uint64_t session, Time now);
    // The vault's first list begins: forget what was known.
    void clear_inventory(std::uint64_t session);
    // Code::limit over a cap. A session that is not in the registry is ignored.
    Result<> update(std::uint64_t session, const std::vector<PositionPrefix>& added,
                    const std::vector<PositionPrefix>& removed);
    void expire(Time now);

    // Present vaults that hold the block, in order of id.
    std::vector<RegisteredVault> holders(PositionPrefix prefix) const;
    Known known(PositionPrefix prefix) const;
    std::vector<RegisteredVault> present() const;
    std::size_t size() const { return vaults_.size(); }

private:
    struct Entry {
        RegisteredVault vault;
        std::set<PositionPrefix> inventory;
        Time left{};
    };
    Entry* by_session(std::uint64_t session);
    bool make_room();
    void forget_prefixes(const VaultId& id, Entry& entry);

    RegistryLimits limits_;
    std::size_t prefixes_ = 0;  // in all inventories
    std::map<VaultId, Entry> vaults_;
    std::map<std::uint64_t, VaultId> sessions_;
    std::map<PositionPrefix, std::vector<VaultId>> holders_;
};

// H(inventory, sorted prefixes): equal at vault and rendezvous exactly when the lists are.
crypto::Digest inventory_digest(const std::set<PositionPrefix>& inventory);

}  // namespace catacomb::routing
