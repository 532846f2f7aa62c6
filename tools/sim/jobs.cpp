#include "tools/sim/jobs.hpp"

namespace catacomb::sim {

FileJob::FileJob(Cluster& cluster, std::size_t node)
    : cluster_(&cluster), node_(node), life_(cluster.starts(node)), sink_(std::make_shared<MemorySink>()) {
    CHECK(cluster.is_up(node));
}

FileJob FileJob::insert(Cluster& cluster, std::size_t node, ByteView file, std::string name) {
    FileJob out(cluster, node);
    node::InsertOptions options;
    options.name = std::move(name);
    options.content_hash = to_bytes(crypto::content_hash(file).view());
    options.size = file.size();
    auto source = std::make_shared<MemorySource>(to_bytes(file));
    out.id_ = cluster.core(node).service().begin_insert(std::move(options), std::move(source));
    return out;
}

FileJob FileJob::get(Cluster& cluster, std::size_t node, const std::string& key) {
    FileJob out(cluster, node);
    out.id_ = cluster.core(node).service().begin_get(key, {}, out.sink_);
    return out;
}

FileJob FileJob::check(Cluster& cluster, std::size_t node, const std::string& key,
                       node::CheckOptions options) {
    FileJob out(cluster, node);
    out.id_ = cluster.core(node).service().begin_check(key, options);
    return out;
}

FileJob FileJob::renew(Cluster& cluster, std::size_t node, const std::string& key,
                       node::RenewOptions options) {
    FileJob out(cluster, node);
    out.id_ = cluster.core(node).service().begin_renew(key, options);
    return out;
}

bool FileJob::node_died() const { return !cluster_->is_up(node_) || cluster_->starts(node_) != life_; }

Result<node::JobStatus> FileJob::status() const {
    if (!id_) return id_.error();
    return cluster_->core(node_).service().job(*id_);
}

Result<node::JobStatus> FileJob::outcome() const {
    if (node_died()) return error(Code::unreachable, "the node died");
    auto now = status();
    if (now && now->state == node::JobState::running) return error(Code::busy, "the job has not ended");
    if (now && now->failure) return *now->failure;
    return now;
}

}  // namespace catacomb::sim
