// Registry: which vaults are registered at this rendezvous, and which blocks they have told of
// (docs/spec/storage-messages.md 4). A vault is known by its id and the number of the session (the circuit)
// by which it is reached; after that broke it is absent, and what it held stays known for 72 hours.
//
// All of it has one budget of memory, and every vault that is here a share of it on which it may count. One
// may have more while there is room. When there is none, those who are away go first, the one away longest
// before others; then the largest gives way to whoever has less. Pure: time comes in.
#pragma once

#include <map>
#include <vector>

#include "base/time.hpp"
#include "routing/rendezvous/inventory.hpp"

namespace catacomb::routing {

inline constexpr Duration kAbsentKept = hours(72);

// The maxima of one registry.
struct RegistryLimits {
    std::size_t vaults = 1024;                  // present and absent
    std::size_t bytes = std::size_t{64} << 20;  // of what they have told
};

enum class Known { no, yes, absent };

struct RegisteredVault {
    VaultId id;
    crypto::VerifyKey key;
    std::uint32_t capacity_class = 0;
    std::uint64_t session = 0;  // 0: absent
    unsigned broken = 0;        // claims that did not hold, less those that did
};

// What a vault tells of its blocks: first whole ranges begin anew, then some go, then some come.
struct InventoryUpdate {
    unsigned bits = 0;                  // of the ranges
    std::vector<std::uint16_t> ranges;  // of which all is forgotten
    std::vector<PositionPrefix> removed, added;
};
// The same in steps of so many prefixes or ranges at most, to be taken one after the other: a rendezvous has
// one thread, and others wait for it.
inline constexpr std::size_t kPrefixesPerStep = 512, kRangesPerStep = 64;
std::vector<InventoryUpdate> in_steps(const InventoryUpdate& update);

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
    // False when it stops at what finds no room, since nobody has more than that vault. A session that is
    // not in the registry is ignored.
    bool update(std::uint64_t session, const InventoryUpdate& update);
    // What the vault claimed did hold, or did not, when it was asked.
    void judge(std::uint64_t session, bool held);
    void expire(Time now);

    // Present vaults that hold the block, in order of id.
    std::vector<RegisteredVault> holders(PositionPrefix prefix) const;
    Known known(PositionPrefix prefix) const;
    std::vector<RegisteredVault> present() const;
    std::size_t size() const { return vaults_.size(); }

    // Of how many blocks each vault that is here may tell, whatever the others do; never 0.
    std::size_t share() const;
    // Memory taken, at most the budget.
    std::size_t bytes() const { return bytes_; }

private:
    struct Entry {
        RegisteredVault vault;
        Inventory inventory;
        Time left{};
    };
    using Entries = std::map<VaultId, Entry>;
    static std::size_t bytes_of(const Entry& entry);
    Entry* by_session(std::uint64_t session);
    bool forget_one_away();
    bool add(Entry& entry, PositionPrefix prefix);
    // Until so many bytes more fit. False when nobody gives way to this vault.
    bool make_room(std::size_t bytes, const Entry& to);
    bool make_largest_give_way(const Entry& to);
    template <class Change>
    void change(Entry& entry, Change&& how);
    Entries::iterator forget(Entries::iterator at);

    RegistryLimits limits_;
    std::size_t bytes_ = 0;
    Entries vaults_;
    std::map<std::uint64_t, VaultId> sessions_;
};

}  // namespace catacomb::routing
