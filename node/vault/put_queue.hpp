// PutQueue: group commit. Blocks that arrive while one group is being written make up the next one; and while
// bodies are known to be on their way, or large blocks came just now, a group waits for more, for a moment.
// So a disk flush is shared by up to 32 blocks; a lone block and those of small files do not wait for
// company.
#pragma once

#include <deque>
#include <utility>

#include "routing/gate.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;

class PutQueue {
public:
    // A body is on its way as long as this lives.
    class Expected {
    public:
        explicit Expected(PutQueue& queue) : queue_(&queue) { ++queue.expected_; }
        Expected(Expected&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
        Expected& operator=(Expected&&) = delete;
        ~Expected() {
            if (queue_) queue_->came_or_failed();
        }

    private:
        PutQueue* queue_;
    };

    PutQueue(Runtime& runtime, storage::BlockStore& store)
        : runtime_(runtime), store_(store), changed_(runtime), tasks_(runtime) {}

    // Returns when the block is durable, or with the store's error. Code::limit when too much waits already.
    Task<Result<>> put(storage::Put put);
    Task<void> drained() { return tasks_.drained(); }

private:
    using Done = std::shared_ptr<routing::Promise<void>>;
    struct Waiting {
        storage::Put put;
        Time since{};
        Done done;
    };
    // Null when too much waits already.
    Done enqueue(storage::Put put);
    void came_or_failed();
    // When the next group is to be written; at once when that is not later than now.
    Time due() const;
    bool is_bulk() const;
    Task<void> write_groups();
    Task<void> write(std::vector<Waiting> group);
    std::vector<Waiting> next_group();

    Runtime& runtime_;
    storage::BlockStore& store_;
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::size_t expected_ = 0;
    bool writing_ = false;
    Time last_commit_{};
    routing::Gate changed_;  // more waits, or less is expected
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
