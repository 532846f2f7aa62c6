#include "routing/proofs/proof_budgets.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/defence.hpp"

namespace catacomb::routing {

ProofSource ProofSource::host(const Endpoint& at, Kind kind) {
    const ByteView address = at.address;
    return {kind, load_le(at.is_v4() ? address.last(8) : address.first(8))};
}

ProofSource ProofSource::of(Kind kind, const RingId& id) { return {kind, load_le(id.view().first(8))}; }

const ProofLimits::Refuted& ProofBudgets::limit(const ProofSource& from) const {
    using Kind = ProofSource::Kind;
    const bool by_circuits = from.kind == Kind::circuits_of_host || from.kind == Kind::circuits_of_relay;
    return by_circuits ? limits_.refuted_by_circuits : limits_.refuted;
}

Time ProofBudgets::full_after(const ProofSource& from, Time now) const {
    const auto known = sources_.find(from);
    const auto full_at = known == sources_.end() ? now : std::max(known->second.full_at, now);
    return full_at + limit(from).interval;
}

bool ProofBudgets::has_room(const ProofSource& from, Time now) const {
    if (!stands(Defence::false_proofs_are_counted)) return true;
    return full_after(from, now) - now <= limit(from).interval * limit(from).burst;
}

bool ProofBudgets::take(const ProofSource& from, Time now) {
    if (!has_room(from, now)) return false;
    const auto full_at = full_after(from, now);
    if (sources_.size() >= limits_.sources && !sources_.contains(from)) make_room(now);
    sources_[from] = {full_at, ++turns_};
    return true;
}

void ProofBudgets::give_back(const ProofSource& from) {
    const auto known = sources_.find(from);
    if (known != sources_.end()) known->second.full_at -= limit(from).interval;
}

std::uint64_t ProofBudgets::last_turn(const ProofSource& from) const {
    const auto known = sources_.find(from);
    return known == sources_.end() ? 0 : known->second.turn;
}

// Whoever owes nothing is forgotten, and when all do, who owes least.
void ProofBudgets::make_room(Time now) {
    std::erase_if(sources_, [now](const auto& one) { return one.second.full_at <= now; });
    if (sources_.size() < limits_.sources) return;
    sources_.erase(std::min_element(sources_.begin(), sources_.end(), [](const auto& a, const auto& b) {
        return a.second.full_at < b.second.full_at;
    }));
}

}  // namespace catacomb::routing
