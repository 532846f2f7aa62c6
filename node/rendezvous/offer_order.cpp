#include "node/rendezvous/offer_order.hpp"

#include <algorithm>

#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kOffersPerRound = 8;

struct Scored {
    Candidate candidate;
    double score = 0;
};

// Equal scores keep the order of ids, in which they came.
bool goes_first(const Scored& a, const Scored& b) {
    if (a.candidate.unsound != b.candidate.unsound) return b.candidate.unsound;
    if (a.candidate.vault.broken != b.candidate.vault.broken)
        return a.candidate.vault.broken < b.candidate.vault.broken;
    if (a.candidate.holds != b.candidate.holds) return a.candidate.holds;
    if (a.candidate.siblings != b.candidate.siblings) return a.candidate.siblings < b.candidate.siblings;
    return a.score > b.score;
}

std::vector<Candidate> rank(const storage::BlockId& block, std::vector<Candidate> candidates) {
    std::vector<std::uint32_t> classes;
    for (const auto& one : candidates) classes.push_back(one.vault.capacity_class);
    const auto weights = routing::placement_weights(classes);
    const auto position = position_of(block);
    std::vector<Scored> scored;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto score = routing::placement_score(position, candidates[i].vault.id, weights[i]);
        scored.push_back({std::move(candidates[i]), score});
    }
    std::stable_sort(scored.begin(), scored.end(), goes_first);
    std::vector<Candidate> out;
    for (auto& one : scored) out.push_back(std::move(one.candidate));
    return out;
}

}  // namespace

// A network with fewer relays than a segment has blocks cannot keep siblings apart: there nobody is asked to
// decline them.
OfferOrder::OfferOrder(const storage::BlockId& block, std::vector<Candidate> candidates, Terms terms)
    : ranked_(rank(block, std::move(candidates))),
      done_(ranked_.size(), false),
      terms_(terms),
      avoid_siblings_(terms.relays > storage::kMaxBlocks) {}

std::optional<OfferOrder::Offer> OfferOrder::next(Time now) {
    settle_last();
    if (now + limits::kStoreAtVault > terms_.give_up) return std::nullopt;
    auto offer = next_of_round();
    if (offer || !avoid_siblings_) return offer;
    avoid_siblings_ = false;
    at_ = offers_ = 0;
    return next_of_round();
}

void OfferOrder::settle_last() {
    if (last_ && !may_ask_again_) done_[*last_] = true;
    last_.reset();
    may_ask_again_ = false;
}

bool OfferOrder::suits(const Candidate& candidate) const {
    if (terms_.lease_only) return candidate.holds;
    return candidate.holds || !avoid_siblings_ || candidate.siblings == 0;
}

// Where a refusal is unlikely the body follows its offer at once: a round trip over four hops less.
std::optional<OfferOrder::Offer> OfferOrder::next_of_round() {
    while (at_ < ranked_.size() && offers_ < kOffersPerRound) {
        const auto index = at_++;
        const auto& one = ranked_[index];
        if (done_[index] || !suits(one)) continue;
        ++offers_;
        last_ = index;
        const bool siblings_are_rare = terms_.relays > 4 * storage::kMaxBlocks;
        const bool refusal_is_likely = one.full || (avoid_siblings_ && !siblings_are_rare);
        const bool body_follows = !one.holds && !refusal_is_likely && !terms_.lease_only;
        return Offer{one.vault, avoid_siblings_, body_follows, terms_.lease_only};
    }
    return std::nullopt;
}

Code OfferOrder::nobodys_word() const {
    if (terms_.lease_only) return Code::not_found;
    return lacks_room_ ? Code::full : Code::refused;
}

}  // namespace catacomb::node
