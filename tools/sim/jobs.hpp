// FileJob: an insert, get, check or renewal on one node of a Cluster, followed from outside while time
// passes. It is over when the node says so, or when the node dies under it. Refers to the cluster, which
// outlives it.
#pragma once

#include "tools/sim/cluster.hpp"

namespace catacomb::sim {

class FileJob {
public:
    // Requires: the node is up.
    static FileJob insert(Cluster& cluster, std::size_t node, ByteView file, std::string name = {});
    static FileJob get(Cluster& cluster, std::size_t node, const std::string& key);
    static FileJob check(Cluster& cluster, std::size_t node, const std::string& key,
                         node::CheckOptions options = {});
    static FileJob renew(Cluster& cluster, std::size_t node, const std::string& key,
                         node::RenewOptions options = {});

    bool is_over() const { return node_died() || !status() || status()->state != node::JobState::running; }
    // The node crashed since, whether or not it is up again.
    bool node_died() const;
    // How it ended. Code::unreachable: the node died; Code::busy: it has not ended; else the job's own
    // failure.
    Result<node::JobStatus> outcome() const;
    // What a get has delivered so far, ended or not.
    const Bytes& delivered() const { return sink_->file; }
    std::size_t node() const { return node_; }

private:
    FileJob(Cluster& cluster, std::size_t node);
    Result<node::JobStatus> status() const;

    Cluster* cluster_;
    std::size_t node_;
    std::uint64_t life_;  // of the node
    Result<node::JobId> id_ = error(Code::closed);
    std::shared_ptr<MemorySink> sink_;
};

}  // namespace catacomb::sim
