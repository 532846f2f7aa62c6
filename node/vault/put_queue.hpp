// PutQueue: group commit. Blocks that arrive while one group is being written make up the next one, so that a
// disk flush is shared by up to 32 blocks and a lone block never waits for company.
#pragma once

#include <deque>

#include "routing/gate.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;

class PutQueue {
public:
    PutQueue(Runtime& runtime, storage::BlockStore& store)
        : runtime_(runtime), store_(store), tasks_(runtime) {}

    // Returns when the block is durable, or with the store's error. Code::limit when too much waits already.
    Task<Result<>> put(storage::Put put);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct Waiting {
        storage::Put put;
        std::shared_ptr<routing::Promise<void>> done;
    };
    Task<void> write_groups();
    std::vector<Waiting> next_group();

    Runtime& runtime_;
    storage::BlockStore& store_;
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool writing_ = false;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
