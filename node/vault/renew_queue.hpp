// RenewQueue: group commit of lease extensions. Several rendezvous ask a vault side by side, each for the
// blocks that lie at it: what comes while one group is being read and written makes up the next, so that they
// share a flush.
#pragma once

#include <deque>

#include "routing/gate.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;

class RenewQueue {
public:
    using Results = std::vector<Result<>>;

    RenewQueue(Runtime& runtime, storage::BlockStore& store)
        : runtime_(runtime), store_(store), tasks_(runtime) {}

    // A result for each, when all are durable; Code::closed when the node stops first.
    Task<Result<Results>> renew(std::vector<storage::Renewal> renewals);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Waiting {
        std::vector<storage::Renewal> renewals;
        std::shared_ptr<routing::Promise<Results>> done;
    };
    Task<void> write_groups();
    Task<void> write(std::vector<Waiting> group);
    std::vector<Waiting> next_group();

    Runtime& runtime_;
    storage::BlockStore& store_;
    std::deque<Waiting> waiting_;
    bool writing_ = false;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
