#include "node/rendezvous/sessions.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

using routing::Handle;

}  // namespace

void RecentRoots::insert(const storage::Root& root, std::size_t most) {
    const auto tag = root_tag(root);
    if (++counts_[tag] > 1) return;
    order_.push_back(tag);
    for (; order_.size() > most; order_.pop_front()) counts_.erase(order_.front());
}

unsigned RecentRoots::count(const storage::Root& root) const {
    const auto at = counts_.find(root_tag(root));
    return at == counts_.end() ? 0 : at->second;
}

Sessions::Sessions(Runtime& runtime, const routing::View& view, routing::NodeId self,
                   routing::RegistryLimits limits)
    : runtime_(runtime),
      view_(view),
      self_(self),
      rng_(runtime.rng().split("rendezvous")),
      registry_(limits),
      told_(runtime) {}

Result<> Sessions::begin(std::shared_ptr<routing::RelayCircuit> circuit,
                         const routing::RegisteredVault& vault) {
    const auto older = registry_.enter(vault);
    if (!older) return older.error();
    if (auto* tap = runtime_.tap()) {
        tap->joined({Handle::Kind::vault_session, vault.session}, {Handle::Kind::circuit, vault.session});
        tap->saw({Handle::Kind::vault_session, vault.session}, vault.key);
    }
    circuit->on_closed = [this, session = vault.session] { end(session); };
    sessions_[vault.session].circuit = std::move(circuit);
    if (auto* replaced = find(*older)) {
        const auto closing = replaced->circuit;
        closing->close();
    }
    return ok();
}

void Sessions::end(std::uint64_t session) {
    registry_.leave(session, runtime_.now());
    sessions_.erase(session);
}

Task<bool> Sessions::update(std::uint64_t session, routing::InventoryUpdate update) {
    const auto steps = in_steps(update);
    for (const auto& step : steps) {
        if (!registry_.update(session, step)) log_debug("rendezvous", "a vault has told more than its share");
        if (!step.added.empty()) told_.open();
        const bool goes_on = co_await routing::sleep_for(runtime_, Duration::zero());
        if (!goes_on) co_return false;
    }
    co_return true;
}

Task<bool> Sessions::take_turns(Turns& turns) {
    if (!turns.are_over(registry_.size())) co_return !runtime_.closing();
    co_return co_await routing::sleep_for(runtime_, Duration::zero());
}

Result<CircuitStreamPtr> Sessions::open_to(std::uint64_t session) {
    auto* found = find(session);
    if (!found || found->circuit->is_closed()) return error(Code::unreachable);
    return found->circuit->open_stream();
}

bool Sessions::is_on_our_arc(const routing::VaultId& vault) const {
    if (!stands(Defence::claims_are_doubted)) return true;
    return is_among_first(limits::kRegisteringRelays, vault);
}

bool Sessions::serves(const routing::VaultId& vault) const {
    return is_among_first(limits::kOfferingRelays, vault);
}

bool Sessions::is_among_first(std::size_t count, const routing::VaultId& vault) const {
    const auto following = view_.successors_of(vault, count, runtime_.now());
    return std::any_of(following.begin(), following.end(),
                       [this](const auto& relay) { return relay->id == self_; });
}

std::vector<Candidate> Sessions::candidates(const storage::BlockId& block) const {
    std::set<routing::VaultId> holders;
    for (const auto& vault : registry_.holders(prefix_of(block))) holders.insert(vault.id);
    std::vector<Candidate> out;
    for (const auto& vault : registry_.present()) {
        if (!serves(vault.id)) continue;
        const auto& session = sessions_.at(vault.session);
        out.push_back({vault, holders.count(vault.id) > 0, session.roots.count(block.root), session.full,
                       session.unsound});
    }
    return out;
}

std::vector<routing::RegisteredVault> Sessions::holders(const storage::BlockId& block) const {
    auto out = registry_.holders(prefix_of(block));
    if (!stands(Defence::claims_are_doubted)) return out;
    rng_->shuffle(out);
    std::stable_sort(out.begin(), out.end(), [this](const auto& a, const auto& b) {
        const bool a_unsound = sessions_.at(a.session).unsound, b_unsound = sessions_.at(b.session).unsound;
        return std::pair(a_unsound, a.broken) < std::pair(b_unsound, b.broken);
    });
    return out;
}

// The vault's own update follows; until then a check through another exit must find it.
void Sessions::note_stored(std::uint64_t session, const storage::BlockId& block) {
    auto* found = find(session);
    if (!found) return;
    found->unsound = false;
    found->roots.insert(block.root, RecentRoots::share(sessions_.size()));
    routing::InventoryUpdate update;
    update.added.push_back(prefix_of(block));
    if (!registry_.update(session, update)) log_debug("rendezvous", "a vault has stored more than its share");
}

// The vault has a block of that segment by way of another relay: the next one is not offered to it first.
void Sessions::note_sibling(std::uint64_t session, const storage::Root& root) {
    if (auto* found = find(session)) found->roots.insert(root, RecentRoots::share(sessions_.size()));
}

void Sessions::note_full(std::uint64_t session, bool full) {
    if (auto* found = find(session)) found->full = full;
}

void Sessions::note_unsound(std::uint64_t session) {
    if (auto* found = find(session)) found->unsound = true;
}

void Sessions::note_heard(std::uint64_t session) {
    if (auto* found = find(session)) found->heard = runtime_.now();
}

// Who answers others meanwhile is not silent but has more to do than he can: whoever asks much chooses that.
void Sessions::note_silence(std::uint64_t session, Time since) {
    const auto* found = find(session);
    if (found && found->heard < since) registry_.judge(session, false);
}

void Sessions::note_gone(std::uint64_t session, const storage::BlockId& block) {
    routing::InventoryUpdate update;
    update.removed.push_back(prefix_of(block));
    registry_.update(session, update);
    registry_.judge(session, false);
}

Sessions::Session* Sessions::find(std::uint64_t session) {
    const auto at = sessions_.find(session);
    return at == sessions_.end() ? nullptr : &at->second;
}

}  // namespace catacomb::node
