// CheckJob: walks the tree of a verify key and says of every segment how many of its blocks are there: those
// whose bodies it read, and those of which two exits say so (claims.hpp). It reads one body of each segment,
// k when it is asked to, and k wherever something did not come that should have. Segments side by side.
#pragma once

#include "node/client/claims.hpp"
#include "node/client/segment_fetcher.hpp"
#include "node/client/under_way.hpp"

namespace catacomb::node {

class CheckJob {
public:
    CheckJob(ClientParts& parts, JobPtr job, storage::VerifyKey key, CheckOptions options);
    Task<void> run();

private:
    struct Segment {
        storage::TreeNode node;
        std::size_t at = 0;  // in the report
        Claims claims;
        BlockMask asked = 0, verified = 0;  // bodies
        bool failed = false;                // it was to be read, and could not be
    };
    using SegmentPtr = std::shared_ptr<Segment>;

    Task<Result<>> check();
    Result<SegmentPtr> enter(const storage::TreeNode& node);
    Task<void> check_leaf(SegmentPtr segment, std::shared_ptr<MemoryBudget::Share> memory);
    Task<Result<>> look_at_leaf(SegmentPtr segment);
    Task<Result<>> check_branch(SegmentPtr segment);

    using Done = std::shared_ptr<routing::Promise<bool>>;
    Done start(Task<Result<>> (CheckJob::*what)(SegmentPtr), SegmentPtr segment);
    Task<void> run_into(Task<Result<>> task, Done done);
    Task<Result<>> claim(SegmentPtr segment);
    Task<Result<>> ask_second(SegmentPtr segment) { return ask(segment, segment->at + 1); }
    Task<Result<>> ask(SegmentPtr segment, std::size_t slot);
    Task<void> sample(SegmentPtr segment, BlockMask among);
    Task<Result<>> read_whole(SegmentPtr segment);
    void conclude(const Segment& segment);
    void sum_up();

    ClientParts& parts_;
    JobPtr job_;
    CheckOptions options_;
    std::shared_ptr<storage::TreeWalker> walker_;
    std::unique_ptr<Rng> rng_;
    ExitSet exits_;
    SegmentFetcher fetcher_;
    bool doubtful_ = false;  // something did not come: from here on k bodies are read of each
    UnderWay under_way_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
