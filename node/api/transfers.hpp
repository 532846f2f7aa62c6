// Transfers: begins jobs, and holds the pipes of those whose content has not come, or not been fetched, yet.
// A pipe leaves when its connection takes it, or when its job has ended; but a small file is complete before
// anyone comes for it, so the pipe of a finished get stays until its attach deadline. Bound: a pipe holds at
// most api.transfer_buffer and one chunk, and there is none for a job that the service has forgotten. One
// thread.
#pragma once

#include <map>

#include "node/api/job_request.hpp"
#include "node/api/pipe.hpp"
#include "node/config/config.hpp"

namespace catacomb::node::api {

class Transfers {
public:
    // All must outlive it.
    Transfers(routing::Runtime& runtime, Service& service, const ApiConfig& limits)
        : runtime_(runtime), service_(service), limits_(limits) {}

    // A job; its content comes over another connection.
    Result<JobId> begin(JobRequest request);
    using PipePtr = std::shared_ptr<Pipe>;
    // A job whose content this connection carries.
    Result<std::pair<JobId, PipePtr>> begin_attached(InsertOptions options);
    Result<std::pair<JobId, PipePtr>> begin_attached(std::string key);

    // The pipe of a job that waits for a connection, attached. Code::changed when an upload begins elsewhere
    // than the job's content so far ends; a refusal, or what the job ended with, when it waits for none.
    Result<PipePtr> take_upload(JobId id, std::uint64_t offset);
    Result<PipePtr> take_download(JobId id);
    // How much of its content a job that waits for an upload has.
    std::optional<std::uint64_t> offset_of(JobId id) const;

    // Gives up files that nobody fetched in time, until the runtime closes.
    Task<void> forget_unfetched();

private:
    using Pipes = std::map<JobId, PipePtr>;
    PipePtr new_pipe() const;
    Result<PipePtr> take(Pipes& from, JobId id);
    bool is_over(JobId id, const Pipe& pipe) const;
    void forget_over();

    routing::Runtime& runtime_;
    Service& service_;
    const ApiConfig& limits_;
    Pipes uploads_, downloads_;
};

}  // namespace catacomb::node::api
