// Client: the Service of a node: starts jobs, keeps the last hundred, and says what the node is doing.
#pragma once

#include <deque>

#include "node/client/check_job.hpp"
#include "node/client/get_job.hpp"
#include "node/client/insert_job.hpp"

namespace catacomb::node {

// The documents of Service that the node knows, not its client.
struct NodeDocuments {
    std::function<std::string()> status, circuits;
};

class Client final : public Service {
public:
    Client(ClientParts parts, NodeDocuments documents);

    Result<JobId> begin_insert(InsertOptions options, std::shared_ptr<ByteSource> from) override;
    Result<JobId> begin_get(std::string key, GetOptions options, std::shared_ptr<ByteSink> to) override;
    Result<JobId> begin_check(std::string key, CheckOptions options) override;
    std::vector<JobStatus> jobs() const override;
    Result<JobStatus> job(JobId id) const override;
    Result<> cancel(JobId id) override;
    Task<std::uint64_t> wait_for_change(JobId id, std::uint64_t seen_version, Time deadline) override;
    std::string status_json() const override { return documents_.status(); }
    std::string circuits_json() const override { return documents_.circuits(); }

    Task<void> drained() { return tasks_.drained(); }
    std::size_t running() const { return tasks_.count(); }

private:
    Result<JobPtr> new_job(JobKind kind);
    Result<> enough_relays() const;
    Result<JobPtr> find(JobId id) const;
    template <class Work>
    Task<void> run(std::shared_ptr<Work> work) {
        co_await work->run();
    }

    ClientParts parts_;
    NodeDocuments documents_;
    std::deque<JobPtr> jobs_;  // newest first
    JobId next_id_ = 1;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
