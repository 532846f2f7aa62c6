// UnderWay: the pieces of one job that are worked on side by side: how many there are, and who waits until
// there are fewer. Every wait ends with the job, and with the node.
#pragma once

#include "node/client/job.hpp"
#include "node/client/memory_budget.hpp"

namespace catacomb::node {

class UnderWay {
public:
    // `most` pieces at once.
    UnderWay(Runtime& runtime, JobPtr job, std::size_t most);

    void began() { ++count_; }
    void landed() {
        --count_;
        landed_.open();
    }
    // Whoever waits looks again: the job is over.
    void wake() { landed_.open(); }

    // Until one more may begin. Errors as Job::alive().
    Task<Result<>> room();
    // And the budget has so many bytes left for it; a job's only piece goes over the budget rather than wait
    // for itself.
    Task<Result<>> room(const MemoryBudget& memory, std::uint64_t bytes);
    Task<Result<>> all_landed();

private:
    // `is_full` is asked whenever a piece has landed.
    Task<Result<>> wait_while(std::function<bool()> is_full);

    JobPtr job_;
    std::size_t most_;
    std::size_t count_ = 0;
    routing::Gate landed_;
};

}  // namespace catacomb::node
