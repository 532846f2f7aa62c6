// Client: the Service of a node: starts jobs, keeps the last hundred, and says what the node is doing.
#pragma once

#include <deque>

#include "node/client/check_job.hpp"
#include "node/client/get_job.hpp"
#include "node/client/insert_job.hpp"
#include "node/client/renew_job.hpp"
#include "node/status.hpp"

namespace catacomb::node {

// What the node knows of itself, and its client does not.
struct NodeFacts {
    std::function<StatusFacts()> status;
    std::function<CircuitFacts()> circuits;
};

class Client final : public Service {
public:
    Client(ClientParts parts, NodeFacts facts);

    Result<JobId> begin_insert(InsertOptions options, std::shared_ptr<ByteSource> from) override;
    Result<JobId> begin_get(std::string key, GetOptions options, std::shared_ptr<ByteSink> to) override;
    Result<JobId> begin_check(std::string key, CheckOptions options) override;
    Result<JobId> begin_renew(std::string key, RenewOptions options) override;
    std::vector<JobStatus> jobs() const override;
    Result<JobStatus> job(JobId id) const override;
    Result<> cancel(JobId id) override;
    Task<std::uint64_t> wait_for_change(JobId id, std::uint64_t seen_version, Time deadline) override;
    Task<bool> wait_for_room(Time deadline) override;
    StatusFacts status() const override { return facts_.status(); }
    CircuitFacts circuits() const override { return facts_.circuits(); }

    Task<void> drained() { return tasks_.drained(); }
    std::size_t running() const { return running_; }

private:
    Result<JobPtr> new_job(JobKind kind);
    Result<> enough_relays() const;
    Result<JobPtr> find(JobId id) const;
    template <class Work>
    Task<void> run(std::shared_ptr<Work> work) {
        co_await work->run();
        --running_;
        room_.open();
    }

    ClientParts parts_;
    NodeFacts facts_;
    std::deque<JobPtr> jobs_;  // newest first
    std::unique_ptr<Rng> ids_;
    std::size_t running_ = 0;
    routing::Gate room_;  // opens when a job has ended
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
