// SegmentFetcher: gets one segment of a file back: k verified blocks by whatever exits it takes, then the
// sealed stripe. An exit that falls silent is left; a segment that takes far longer than its siblings is
// asked of a second exit meanwhile (pace.hpp). Used by every kind of job; the exits are the job's.
#pragma once

#include "node/client/exit_calls.hpp"
#include "node/client/pace.hpp"
#include "node/client/parts.hpp"
#include "storage/tree/walker.hpp"

namespace catacomb::node {

using StripePtr = std::shared_ptr<storage::SealedStripe>;

class SegmentFetcher {
public:
    SegmentFetcher(ClientParts& parts, JobPtr job, ExitSet& exits)
        : parts_(parts), job_(std::move(job)), exits_(exits), tasks_(parts.runtime) {}

    struct Blocks {
        std::vector<storage::Block> blocks;  // verified, distinct; k of them unless there is a failure
        std::optional<Error> failure;
    };
    // Code::not_found: says how many of k blocks there are in which segment. It is believed only from two
    // exits, and while vaults are merely away it is tried again until the limit.
    Task<Blocks> gather(storage::TreeNode node);
    // The same, and the stripe.
    Task<Result<StripePtr>> fetch(storage::TreeNode node);

    std::uint64_t blocks_fetched() const { return blocks_fetched_; }
    // The owner waits for it before it goes, with its exits closed.
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Gathering;
    using GatheringPtr = std::shared_ptr<Gathering>;
    void ask(const GatheringPtr& gathering);
    Task<void> ask_one_exit(GatheringPtr gathering, std::size_t slot);
    FetchCall call_for(const GatheringPtr& gathering) const;
    bool take(Gathering& gathering, storage::Block block);
    void conclude(Gathering& gathering, const CircuitPtr& circuit, const Result<FetchEnd>& end);
    Task<void> hedge(GatheringPtr gathering);
    Error not_enough(const Gathering& gathering) const;

    ClientParts& parts_;
    JobPtr job_;
    ExitSet& exits_;
    Pace pace_;
    std::uint64_t blocks_fetched_ = 0;
    std::size_t next_slot_ = 0;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
