// Sessions: the vaults that are registered at a rendezvous now, each by one circuit, and what was learnt of
// them in passing. Owns the registry of who holds what. A vault that registers again, or another one with its
// key, takes the place of the older session, whose circuit ends: a vault that lost its circuit in silence
// must not wait until we notice, too.
#pragma once

#include <algorithm>
#include <deque>

#include "node/rendezvous/offer_order.hpp"
#include "node/rendezvous/turns.hpp"
#include "routing/membership/view.hpp"
#include "routing/onion/relay_circuit.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;
using routing::Runtime;
using routing::Task;

// How often blocks of a segment were stored or declined lately; the oldest root makes room.
class RecentRoots {
public:
    // Of all vaults of a rendezvous together, about 70 bytes each; and of one, as long as they are few.
    static constexpr std::size_t kOfAll = 65'536, kMost = 4096;
    static constexpr std::size_t share(std::size_t vaults) { return std::min(kMost, kOfAll / (vaults + 1)); }

    // Requires: most > 0.
    void insert(const storage::Root& root, std::size_t most);
    std::size_t size() const { return order_.size(); }
    unsigned count(const storage::Root& root) const;

private:
    std::map<RootTag, unsigned> counts_;
    std::deque<RootTag> order_;
};

class Sessions {
public:
    // Which relays a vault is served by is read from `view`; `self` is this one.
    Sessions(Runtime& runtime, const routing::View& view, routing::NodeId self,
             routing::RegistryLimits limits);

    bool knows(std::uint64_t session) const { return sessions_.count(session) > 0; }
    // Code::limit when the registry is full. Until the circuit ends.
    Result<> begin(std::shared_ptr<routing::RelayCircuit> circuit, const routing::RegisteredVault& vault);
    // What the vault says of its blocks, in steps between which others have their turn; who waits for some is
    // woken. What finds no room is not taken. False: the runtime closes.
    Task<bool> update(std::uint64_t session, routing::InventoryUpdate update);
    // A conversation with the vault. Code::unreachable.
    Result<CircuitStreamPtr> open_to(std::uint64_t session);

    // The vaults that may take the block: those for which this relay is one of the first that follow their
    // id, so that our own next successor knows them too.
    std::vector<Candidate> candidates(const storage::BlockId& block) const;
    // Whether a vault belongs here, so that it may register.
    bool is_on_our_arc(const routing::VaultId& vault) const;
    // The vaults that are here and say that they have the block, in random order; those of whose claims fewer
    // held come later, and last those whose last word did not hold.
    std::vector<routing::RegisteredVault> holders(const storage::BlockId& block) const;
    // What an offer brought to light. A session that has ended is ignored.
    void note_stored(std::uint64_t session, const storage::BlockId& block);
    void note_sibling(std::uint64_t session, const storage::Root& root);
    void note_full(std::uint64_t session, bool full);
    void note_unsound(std::uint64_t session);
    // The vault has it not, whatever it claimed.
    void note_gone(std::uint64_t session, const storage::BlockId& block);
    // It was asked for a block that it claimed, and gave it.
    void note_kept(std::uint64_t session) { registry_.judge(session, true); }
    // It answered, whatever it said; and it did not, though it had its full time from `since` on.
    void note_heard(std::uint64_t session);
    void note_silence(std::uint64_t session, Time since);

    const routing::Registry& registry() const { return registry_; }
    // A block was looked for: others have their turn when it is theirs. False: the runtime closes.
    Task<bool> take_turns(Turns& turns);
    void expire(Time now) { registry_.expire(now); }
    // Opened when a vault has registered, or told more.
    routing::Gate& told() { return told_; }

private:
    struct Session {
        std::shared_ptr<routing::RelayCircuit> circuit;
        RecentRoots roots;  // of which the vault has blocks: siblings go elsewhere
        bool full = false, unsound = false;
        Time heard{};  // it answered last
    };
    Session* find(std::uint64_t session);
    void end(std::uint64_t session);
    bool serves(const routing::VaultId& vault) const;
    bool is_among_first(std::size_t count, const routing::VaultId& vault) const;

    Runtime& runtime_;
    const routing::View& view_;
    routing::NodeId self_;
    std::unique_ptr<Rng> rng_;
    routing::Registry registry_;
    std::map<std::uint64_t, Session> sessions_;
    routing::Gate told_;
};

}  // namespace catacomb::node
