// GetJob: a key in, the file out, in order, from the first segment on; as many segments as memory allows are
// fetched ahead.
#pragma once

#include "node/client/segment_fetcher.hpp"

namespace catacomb::node {

class GetJob {
public:
    GetJob(ClientParts& parts, JobPtr job, storage::ReadKey key, std::shared_ptr<ByteSink> to);
    Task<void> run();

private:
    struct Ahead {
        std::shared_ptr<routing::Promise<StripePtr>> stripe;
        MemoryBudget::Share memory;
    };
    using Place = std::pair<unsigned, std::uint64_t>;  // level, index

    Task<Result<>> get();
    void fetch_ahead();
    Task<void> fetch_into(storage::TreeNode node, std::shared_ptr<routing::Promise<StripePtr>> promise);
    Task<Result<>> deliver(StripePtr stripe);
    Task<Result<>> write(storage::Plaintext plain);
    GetReport report() const;

    ClientParts& parts_;
    JobPtr job_;
    std::shared_ptr<storage::FileReader> reader_;
    std::shared_ptr<ByteSink> to_;
    ExitSet exits_;
    SegmentFetcher fetcher_;
    std::map<Place, Ahead> ahead_;
    std::uint64_t segments_ = 0;
    bool begun_ = false;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
