// Files: the requests that carry a file, in either direction (docs/spec/api.md 2.2, 2.3, and the content of
// jobs). Moves bytes between an exchange and a pipe. One thread.
#pragma once

#include "node/api/jobs.hpp"

namespace catacomb::node::api {

class Files {
public:
    // All must outlive it.
    Files(Service& service, Transfers& transfers, Jobs& jobs)
        : service_(service), transfers_(transfers), jobs_(jobs) {}

    Task<void> put_content(Exchange& exchange, const Call& call);
    Task<void> get_content(Exchange& exchange, const Call& call);
    Task<void> insert(Exchange& exchange, const Call& call);
    Task<void> get(Exchange& exchange, const Call& call);

private:
    Task<Result<>> upload(Exchange& exchange, Transfers::PipePtr pipe);
    Task<void> download(Exchange& exchange, JobId id, Transfers::PipePtr pipe);

    Service& service_;
    Transfers& transfers_;
    Jobs& jobs_;
};

}  // namespace catacomb::node::api
