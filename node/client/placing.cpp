#include "node/client/placing.hpp"

#include <algorithm>

namespace catacomb::node {

Placing::Placing(const storage::SegmentRef& segment, bool whole, std::size_t first_slot) {
    state_.root = segment.root;
    state_.profile = segment.profile;
    state_.whole = whole;
    state_.first_slot = static_cast<std::uint8_t>(first_slot % kSlots);
    state_.vaults.resize(n());
}

// ---- what to do

Placing::Step Placing::next(const Evidence& evidence, Rng& rng) {
    give_up_distrusted(evidence);
    // What is doubted still is not there.
    if (state_.turns >= kTurns) give_up(state_.denied | state_.missed);
    if (state_.turns >= kTurns) return store_or_end(evidence);
    if (state_.denied | state_.missed) return Look{state_.denied, state_.missed, looking_slot(1)};
    const auto fresh = state_.placed & ~state_.witnessed;
    const auto bodies = choose(state_.placed & ~state_.read, sample_size(fresh, evidence), evidence, rng);
    if (fresh | bodies) return Look{fresh, bodies, looking_slot(0)};
    return store_or_end(evidence);
}

bool Placing::is_done(const Evidence& evidence) {
    give_up_distrusted(evidence);
    const bool settled = state_.witnessed == state_.placed && (state_.denied | state_.missed) == 0;
    return settled && std::holds_alternative<Done>(store_or_end(evidence));
}

// Everything that is placed has been looked at, or there is no time for it.
Placing::Step Placing::store_or_end(const Evidence& evidence) const {
    const auto count = count_of(state_.witnessed);
    const bool enough = count >= happiness(state_.profile);
    const bool read = has_enough_bodies(evidence);
    // The first try, and one more to fill up what it could not place.
    if (enough && read && (count == n() || state_.stores >= 2)) return Done{};
    const auto missing = all_of(n()) & ~state_.placed;
    if (missing && state_.stores < kStores && state_.turns < kTurns)
        return Store{missing, (state_.first_slot + state_.stores + state_.shift) % kSlots};
    if (enough && read) return Done{};
    return Failed{count, enough};
}

// First the two slots that did not store last; after a look that led to nothing the next one.
std::size_t Placing::looking_slot(unsigned which) const {
    return (state_.first_slot + state_.stores + which + state_.shift) % kSlots;
}

// ---- bodies

unsigned Placing::bodies_wanted(const Evidence& evidence) const {
    // Two that lie in one segment are no accident: only reading it proves that it can be read.
    if (state_.whole || state_.lost >= 2) return state_.profile.k;
    if (evidence.is_raised()) return std::min<unsigned>(kRaised, n());
    std::set<VaultTag> unproven;
    for (unsigned i = 0; i < n(); ++i) {
        if ((state_.placed & bit(i)) && !evidence.is_proven(vault_of(i))) unproven.insert(vault_of(i));
    }
    return std::clamp<unsigned>(static_cast<unsigned>(unproven.size()), kFewest, kSample);
}

// Whoever was read of enough vaults in the meantime is not read again.
bool Placing::has_enough_bodies(const Evidence& evidence) const {
    return count_of(state_.read) >= bodies_wanted(evidence);
}

// As many as are wanted of the whole segment, and of what is new its share.
unsigned Placing::sample_size(BlockMask fresh, const Evidence& evidence) const {
    const auto wanted = bodies_wanted(evidence), have = count_of(state_.read);
    const auto rate = evidence.is_raised() ? kRaised : kFewest;
    const auto of_fresh = (rate * count_of(fresh) + n() - 1) / n();
    return std::max(wanted > have ? wanted - have : 0, of_fresh);
}

// At random; vaults of which nothing was read come first, each with one block.
BlockMask Placing::choose(BlockMask from, unsigned count, const Evidence& evidence, Rng& rng) const {
    std::vector<unsigned> order, later;
    for (unsigned i = 0; i < n(); ++i) {
        if (from & bit(i)) later.push_back(i);
    }
    rng.shuffle(later);
    std::set<VaultTag> met;
    for (const auto index : later) {
        const auto vault = vault_of(index);
        if (!evidence.is_proven(vault) && met.insert(vault).second) order.push_back(index);
    }
    order.insert(order.end(), later.begin(), later.end());
    BlockMask out = 0;
    for (const auto index : order) {
        if (count_of(out) < count) out |= bit(index);
    }
    return out;
}

// ---- what happened

void Placing::stored(const routing::NodeId& exit, const std::vector<SignedFor>& given) {
    ++state_.turns;
    ++state_.stores;
    state_.shift = 0;
    BlockMask blocks = 0;
    for (const auto& one : given) {
        if (one.index >= n() || (state_.placed & bit(one.index))) continue;
        blocks |= bit(one.index);
        state_.vaults[one.index] = one.vault;
        state_.lease_end = std::min(state_.lease_end, one.lease_end);
    }
    state_.placed |= blocks;
    if (blocks == 0) return;
    const auto same = std::find_if(state_.stored.begin(), state_.stored.end(),
                                   [&](const auto& one) { return one.exit == exit; });
    if (same == state_.stored.end()) {
        state_.stored.push_back({exit, blocks});
    } else {
        same->blocks |= blocks;
    }
}

BlockMask Placing::stored_by(const routing::NodeId& exit) const {
    for (const auto& one : state_.stored) {
        if (one.exit == exit) return one.blocks;
    }
    return 0;
}

// Its own stores are not its to vouch for, and nobody doubts twice.
BlockMask Placing::open_to(const routing::NodeId& exit) const {
    const auto doubted = exit == state_.doubter ? state_.denied | state_.missed : 0;
    return state_.placed & ~stored_by(exit) & ~doubted;
}

bool Placing::is_of_use(const routing::NodeId& exit, const Look& step) const {
    return ((step.blocks | step.bodies) & open_to(exit)) != 0;
}

void Placing::looked(const routing::NodeId& exit, const Look& step, BlockMask have, BlockMask bodies,
                     Evidence& evidence) {
    if (!is_of_use(exit, step)) return came_to_nothing();
    const auto open = open_to(exit);
    ++state_.turns;
    bodies &= step.bodies & open;
    have = (have & step.blocks & open) | bodies;
    state_.witnessed |= have;
    state_.read |= bodies;
    for (unsigned i = 0; i < n(); ++i) {
        if (bodies & bit(i)) evidence.came(vault_of(i));
    }
    const auto missed = step.bodies & open & ~bodies;
    const auto denied = step.blocks & open & ~have & ~missed;
    const auto lost = missed & state_.missed, gone = denied & state_.denied;
    state_.missed &= ~bodies;
    state_.denied &= ~have;
    lose(lost, evidence);
    shun(gone);
    doubt(exit, denied & ~gone, missed & ~lost);
}

void Placing::came_to_nothing() {
    ++state_.turns;
    ++state_.shift;
}

void Placing::doubt(const routing::NodeId& exit, BlockMask denied, BlockMask missed) {
    if ((denied | missed) == 0) return;
    state_.denied |= denied;
    state_.missed |= missed;
    state_.doubter = exit;
}

void Placing::lose(BlockMask bodies, Evidence& evidence) {
    state_.lost += count_of(bodies);
    for (unsigned i = 0; i < n(); ++i) {
        if (bodies & bit(i)) evidence.failed(vault_of(i));
    }
    give_up(bodies);
}

void Placing::shun(BlockMask blocks) {
    for (unsigned i = 0; i < n(); ++i) {
        if ((blocks & bit(i)) && state_.shunned.size() < n()) state_.shunned.push_back(vault_of(i));
    }
    give_up(blocks);
}

void Placing::give_up(BlockMask blocks) {
    for (auto* mask : {&state_.placed, &state_.witnessed, &state_.denied, &state_.missed, &state_.read})
        *mask &= ~blocks;
    for (auto& one : state_.stored) one.blocks &= ~blocks;
}

void Placing::give_up_distrusted(const Evidence& evidence) {
    BlockMask blocks = 0;
    for (unsigned i = 0; i < n(); ++i) {
        if ((state_.placed & bit(i)) && evidence.is_distrusted(vault_of(i))) blocks |= bit(i);
    }
    give_up(blocks);
}

std::vector<VaultTag> Placing::avoid(const Evidence& evidence) const {
    std::vector<VaultTag> out(state_.shunned.begin(), state_.shunned.end());
    for (const auto tag : evidence.distrusted()) out.push_back(tag);
    if (out.size() > kMostAvoided) out.resize(kMostAvoided);
    return out;
}

}  // namespace catacomb::node
