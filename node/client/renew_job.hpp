// RenewJob: walks the tree of a verify key, as a check does, and has the leases of all blocks of all segments
// extended; no body moves but those of branches, without which there is no way to what is under them. Many
// segments go in one request; what an exit leaves, another is asked for (renewing.hpp).
#pragma once

#include "node/client/renewing.hpp"
#include "node/client/segment_fetcher.hpp"
#include "node/client/under_way.hpp"

namespace catacomb::node {

class RenewJob {
public:
    RenewJob(ClientParts& parts, JobPtr job, storage::VerifyKey key, RenewOptions options);
    Task<void> run();

private:
    using RenewingPtr = std::shared_ptr<Renewing>;

    Task<Result<>> renew();
    Task<Result<>> enter_branch(storage::TreeNode node);
    // What was gathered so far, as soon as fewer requests are under way.
    Task<Result<>> send_off();
    Task<void> renew_batch(RenewingPtr batch, std::size_t slot);
    Task<Result<>> ask(RenewingPtr batch, std::size_t slot);
    RenewCall call_for(const RenewingPtr& batch) const;

    ClientParts& parts_;
    JobPtr job_;
    Time lease_end_;
    std::shared_ptr<storage::TreeWalker> walker_;
    std::unique_ptr<Rng> rng_;
    ExitSet exits_;
    SegmentFetcher fetcher_;
    std::vector<storage::SegmentRef> gathered_;
    std::size_t segments_ = 0, batches_ = 0;
    UnderWay under_way_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
