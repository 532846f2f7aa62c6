// GetJob: a key in, the file out, in order, from the first segment on; a few segments are fetched ahead.
// CheckJob: walks the tree of a verify key and asks for every segment how many of its blocks are there.
#pragma once

#include "node/client/segment_fetcher.hpp"

namespace catacomb::node {

class GetJob {
public:
    GetJob(ClientParts& parts, JobPtr job, storage::ReadKey key, std::shared_ptr<ByteSink> to);
    Task<void> run();

private:
    using StripePtr = std::shared_ptr<storage::SealedStripe>;
    using Ahead = std::shared_ptr<routing::Promise<StripePtr>>;
    using Place = std::pair<unsigned, std::uint64_t>;  // level, index

    Task<Result<>> get();
    void fetch_ahead();
    Task<void> fetch_into(storage::TreeNode node, Ahead promise);
    Task<Result<>> deliver(StripePtr stripe);

    ClientParts& parts_;
    JobPtr job_;
    std::shared_ptr<storage::FileReader> reader_;
    std::shared_ptr<ByteSink> to_;
    SegmentFetcher fetcher_;
    std::map<Place, Ahead> ahead_;
    std::uint64_t segments_ = 0;
    bool begun_ = false;
    routing::TaskSet tasks_;
};

class CheckJob {
public:
    CheckJob(ClientParts& parts, JobPtr job, storage::VerifyKey key);
    Task<void> run();

private:
    Task<Result<>> check();
    Task<Result<>> check_segment(storage::TreeNode node, CheckReport& report);

    ClientParts& parts_;
    JobPtr job_;
    std::shared_ptr<storage::TreeWalker> walker_;
    SegmentFetcher fetcher_;
};

}  // namespace catacomb::node
