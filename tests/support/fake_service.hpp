// FakeService: a node's Service without a network: what is inserted is kept in memory under a key made of its
// hash. Names and keys that begin with certain words misbehave, so that a test can ask for each kind of
// failure. One thread.
#pragma once

#include <map>

#include "node/service.hpp"
#include "node/status.hpp"
#include "routing/gate.hpp"

namespace catacomb::tests {

class FakeService : public node::Service {
public:
    // Must outlive it.
    explicit FakeService(routing::Runtime& runtime) : runtime_(runtime), room_(runtime), tasks_(runtime) {}

    Result<node::JobId> begin_insert(node::InsertOptions options,
                                     std::shared_ptr<node::ByteSource> from) override;
    Result<node::JobId> begin_get(std::string key, node::GetOptions options,
                                  std::shared_ptr<node::ByteSink> to) override;
    Result<node::JobId> begin_check(std::string key, node::CheckOptions options) override;
    Result<node::JobId> begin_renew(std::string key, node::RenewOptions options) override;
    std::vector<node::JobStatus> jobs() const override;
    Result<node::JobStatus> job(node::JobId id) const override;
    Result<> cancel(node::JobId id) override;
    node::Task<std::uint64_t> wait_for_change(node::JobId id, std::uint64_t seen, Time deadline) override;
    node::Task<bool> wait_for_room(Time deadline) override;
    node::StatusFacts status() const override;
    node::CircuitFacts circuits() const override;

    // Waits for all jobs. The runtime must be closing.
    node::Task<> close() { return tasks_.drained(); }

    // The key that this content gets.
    static std::string key_of(ByteView content);
    // What jobs were asked for, as they were asked.
    std::vector<node::InsertOptions> inserts;
    // The most that an insert has read and not yet "stored": how far a pipe let it run ahead.
    std::uint64_t bytes_read = 0;
    // While true, inserts do not read and gets do not write.
    bool stalled = false;
    // How many jobs may run at once.
    std::size_t most_jobs = 64;

private:
    struct Job {
        explicit Job(routing::Runtime& runtime) : changed(runtime) {}
        node::JobStatus status;
        std::uint64_t version = 1;
        routing::Gate changed;
    };
    struct Stored {
        std::string name;
        Bytes content;
    };
    Result<> has_room() const;
    Job& new_job(node::JobKind kind);
    void change(Job& job);
    void end(Job& job, node::JobState state);
    void fail(Job& job, Error why);
    node::Task<> wait_while_stalled(Job& job);
    node::Task<> run_insert(node::JobId id, node::InsertOptions options,
                            std::shared_ptr<node::ByteSource> from);
    node::Task<> run_get(node::JobId id, std::string key, std::shared_ptr<node::ByteSink> to);

    routing::Runtime& runtime_;
    std::map<node::JobId, std::unique_ptr<Job>> jobs_;
    std::map<std::string, Stored> stored_;
    routing::Gate room_;  // opens when a job has ended
    routing::TaskSet tasks_;
};

}  // namespace catacomb::tests
