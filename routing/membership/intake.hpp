// Intake: the door by which descriptors from messages enter the view (those of a link's own handshake are
// checked by the links, and enter from there). What the view already holds costs one hash; the rest is
// verified on a worker, and a message with one forgery in it is not read to its end.
#pragma once

#include <deque>
#include <set>

#include "routing/gate.hpp"
#include "routing/membership/view.hpp"
#include "routing/proofs/proof_checker.hpp"

namespace catacomb::routing {

struct VerifiedBatch {
    std::vector<DescriptorPtr> valid;
    std::vector<EntryName> invalid;
};

class Intake {
public:
    Intake(Runtime& runtime, View& view, ProofChecker& proofs)
        : runtime_(runtime), view_(view), proofs_(proofs) {}

    // The valid ones, in the order given, each by the newest descriptor we know; they are in the view now
    // unless a cap forbids. Work is bounded by the size of the caller's message, and by what `from` may
    // bring. `by`: the relay that holds them, a witness of their keys.
    Task<std::vector<DescriptorPtr>> admit(std::vector<Bytes> encoded, ProofSource from,
                                           std::optional<NodeId> by = {});
    // Convictions, likewise.
    Task<void> admit_convictions(std::vector<Bytes> encoded, ProofSource from);
    // Refused lately (by a cap, or because they were invalid): not worth fetching again.
    bool declined(const EntryName& name) const { return declined_.contains(name); }

private:
    Task<std::vector<DescriptorPtr>> verify(std::vector<DescriptorPtr> unknown, ProofSource from);
    void drop_inadmissible(std::vector<DescriptorPtr>& unknown, const ProofSource& from);
    void take(const DescriptorPtr& relay);
    Task<bool> judge(ConvictionPtr conviction, ProofSource from);
    void decline(const EntryName& name);

    Runtime& runtime_;
    View& view_;
    ProofChecker& proofs_;
    std::set<EntryName> declined_;
    std::deque<EntryName> declined_order_;
};

}  // namespace catacomb::routing
