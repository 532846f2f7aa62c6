// Routes: which request does what (docs/spec/api.md 2). Holds the pipes of jobs whose content has not come,
// or not been fetched, yet. A pipe leaves that table when its connection takes it, or when its job has ended;
// but a small file is complete before anyone comes for it, so the pipe of a finished get stays until its
// attach deadline. Bound: a pipe holds at most api.transfer_buffer and one chunk, and there is none for a job
// that the service has forgotten. One thread.
#pragma once

#include <map>

#include "node/api/answers.hpp"
#include "node/api/exchange.hpp"
#include "node/api/pipe.hpp"
#include "node/config/config.hpp"
#include "routing/runtime.hpp"

namespace catacomb::node::api {

class Routes {
public:
    // All must outlive it.
    Routes(routing::Runtime& runtime, Service& service, const ApiConfig& limits)
        : runtime_(runtime), service_(service), limits_(limits) {}

    // Answers one request. Never fails: what goes wrong is told to the client.
    Task<void> handle(Exchange& exchange);
    // Gives up files that nobody fetched in time, until the runtime closes.
    Task<void> forget_unfetched();

private:
    using Path = std::vector<std::string>;
    Task<void> jobs(Exchange& exchange);
    Task<void> create_job(Exchange& exchange);
    boost::json::object list_jobs() const;
    Task<void> one_job(Exchange& exchange, JobId id);
    Task<void> content(Exchange& exchange, JobId id);
    Task<void> insert_file(Exchange& exchange);
    Task<void> get_file(Exchange& exchange, std::string key);

    Result<JobStatus> begin(std::string_view request_text);
    Result<JobId> begin(JobRequest request);
    Task<void> show_job(Exchange& exchange, JobId id);
    Task<Result<>> upload(Exchange& exchange, Pipe& pipe);
    Task<void> download(Exchange& exchange, JobId id, std::shared_ptr<Pipe> pipe);
    Task<Result<JobStatus>> ended(JobId id);
    Task<void> answer_ended(Exchange& exchange, JobId id);

    std::shared_ptr<Pipe> new_pipe() const;
    std::shared_ptr<Pipe> take_pipe(std::map<JobId, std::shared_ptr<Pipe>>& from, JobId id);
    bool is_over(JobId id, const Pipe& pipe) const;
    void forget_over();

    routing::Runtime& runtime_;
    Service& service_;
    const ApiConfig& limits_;
    std::map<JobId, std::shared_ptr<Pipe>> uploads_, downloads_;
};

}  // namespace catacomb::node::api
