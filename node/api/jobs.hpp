// Jobs: /v1/jobs and what is below it but the content (docs/spec/api.md 2.1, 3.2). Owns the count of requests
// that wait until a job may begin. One thread.
#pragma once

#include "node/api/exchange.hpp"
#include "node/api/router.hpp"
#include "node/api/transfers.hpp"

namespace catacomb::node::api {

class Jobs {
public:
    // All must outlive it.
    Jobs(routing::Runtime& runtime, Service& service, Transfers& transfers, const ApiConfig& limits)
        : runtime_(runtime), service_(service), transfers_(transfers), limits_(limits) {}

    Task<void> create(Exchange& exchange, const Call& call);
    Task<void> list(Exchange& exchange, const Call& call);
    Task<void> show(Exchange& exchange, const Call& call);
    Task<void> cancel(Exchange& exchange, const Call& call);

    // The job as it is now.
    Task<void> answer(Exchange& exchange, JobId id, unsigned status);
    // The same once it has ended; then the status is that of its failure.
    Task<void> answer_ended(Exchange& exchange, JobId id);

private:
    Task<Result<JobId>> begin(JobRequest request, Time deadline);
    Task<Result<JobStatus>> ended(JobId id);

    routing::Runtime& runtime_;
    Service& service_;
    Transfers& transfers_;
    const ApiConfig& limits_;
    std::size_t waiting_ = 0;
};

// The job that a path names. Code::not_found for what names none.
Result<JobId> job_in(const Call& call);

}  // namespace catacomb::node::api
