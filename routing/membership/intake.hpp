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
    std::vector<std::uint64_t> invalid;  // digest prefixes
};

class Intake {
public:
    Intake(Runtime& runtime, View& view, ProofChecker& proofs)
        : runtime_(runtime), view_(view), proofs_(proofs) {}

    // The valid ones, in the order given, each by the newest descriptor we know; they are in the view now
    // unless a cap forbids. Work is bounded by the size of the caller's message, and by what `from` may
    // bring.
    Task<std::vector<DescriptorPtr>> admit(std::vector<Bytes> encoded, ProofSource from);
    // Refused lately (by a cap, or because they were invalid): not worth fetching again.
    bool declined(std::uint64_t digest_prefix) const { return declined_.contains(digest_prefix); }

private:
    Task<std::vector<DescriptorPtr>> verify(std::vector<DescriptorPtr> unknown, ProofSource from);
    void drop_inadmissible(std::vector<DescriptorPtr>& unknown, const ProofSource& from);
    void take(const DescriptorPtr& relay);
    void decline(std::uint64_t digest_prefix);

    Runtime& runtime_;
    View& view_;
    ProofChecker& proofs_;
    std::set<std::uint64_t> declined_;
    std::deque<std::uint64_t> declined_order_;
};

}  // namespace catacomb::routing
