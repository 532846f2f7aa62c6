// Job: one insert, get or check on its way: its status, who waits for its changes, and whether it was
// cancelled. The work itself is a coroutine that holds the job and calls the helpers here.
#pragma once

#include "node/service.hpp"

namespace catacomb::node {

using routing::Runtime;

class Job {
public:
    Job(Runtime& runtime, JobId id, JobKind kind);

    JobStatus status;
    std::uint64_t version = 1;

    // Something of the status changed. Rate and ETA are worked out here.
    void changed();
    // New bytes of the file are done.
    void advance(std::uint64_t bytes);
    void set_phase(std::string phase);
    void failed_block(std::string why);
    void finish();
    void fail(Error why);
    void cancel();
    // Runs `act` when the job ends, whatever ends it: what its work still waits for must end too.
    void when_over(std::function<void()> act) { when_over_ = std::move(act); }
    bool is_over() const { return status.state != JobState::running; }
    Task<void> wait(std::uint64_t seen_version, Time deadline);
    // Code::closed once the job was cancelled or the node is stopping: to be asked after every wait.
    Result<> alive() const;

private:
    void end(JobState state);

    Runtime& runtime_;
    routing::Gate gate_;
    std::function<void()> when_over_;
};
using JobPtr = std::shared_ptr<Job>;

}  // namespace catacomb::node
