// Cluster: a whole network of NodeCores in one SimWorld: relays (with vaults, as on a testnet), vault-only
// nodes and clients. What survives a crash (identities, stores) is kept here; the rest dies with the node.
// Tests insert and get through it.
#pragma once

#include "node/core.hpp"
#include "storage/store/memory_store.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::sim {

struct ClusterOptions {
    std::size_t relays = 16;
    std::size_t vault_only = 0;  // nodes that dial out only and host a vault
    std::size_t clients = 0;     // nodes that dial out only and host nothing
    bool vault_on_relays = true;
    std::uint64_t quota = std::uint64_t{1} << 30;
    std::size_t client_hops = node::kClientHops;
    std::size_t vault_hops = node::kVaultHops;
    std::function<routing::Tap*(const std::string& node)> tap;  // none: nobody listens in
    routing::NetworkParameters network = routing::NetworkParameters::testnet("sim");
    std::map<std::size_t, Duration> clocks;  // of nodes whose clock is wrong: how far ahead
    // Last word on what a node starts with, at each of its starts, for planted faults.
    std::function<void(std::size_t index, node::NodeOptions& options)> at_start;
    // Last word on a node's options, for planted faults.
    std::function<void(std::size_t index, node::NodeOptions& options)> adjust;
};

class FileJob;

class Cluster {
public:
    Cluster(SimWorld& world, ClusterOptions options);
    ~Cluster();

    std::size_t size() const { return nodes_.size(); }
    std::size_t relays() const { return options_.relays; }
    node::NodeCore& core(std::size_t index) { return *nodes_[index]->core; }
    storage::MemoryBlockStore& store(std::size_t index) { return *nodes_[index]->store; }
    bool hosts_vault(std::size_t index) const { return nodes_[index]->store != nullptr; }
    bool is_up(std::size_t index) const { return nodes_[index]->core != nullptr; }
    // How often it was started: which of its lives this is.
    std::uint64_t starts(std::size_t index) const { return nodes_[index]->starts; }
    const std::string& name(std::size_t index) const { return nodes_[index]->name; }
    const Endpoint& address(std::size_t index) const { return nodes_[index]->address; }
    // What only the node itself may know; the knowledge audit looks for them elsewhere.
    const node::NodeOptions& identity(std::size_t index) const { return nodes_[index]->options; }

    void start(std::size_t index);
    // kill -9. Its store keeps what was durable, and its disk its guards.
    void crash(std::size_t index);
    // Time passes until every node that is up is ready. False at the limit.
    bool settle(Duration limit);

    // Begin a job on that node and let time pass until it is over.
    Result<node::InsertReport> insert(std::size_t index, ByteView file, std::string name = {},
                                      Duration limit = minutes(10));
    Result<Bytes> get(std::size_t index, const std::string& key, Duration limit = minutes(10));
    Result<node::CheckReport> check(std::size_t index, const std::string& key, Duration limit = minutes(10));
    Result<node::RenewReport> renew(std::size_t index, const std::string& key,
                                    node::RenewOptions options = {}, Duration limit = minutes(10));

    const routing::NetworkParameters& network() const { return network_; }
    SimWorld& world() { return world_; }
    // Ends all nodes and lets their tasks unwind.
    void close();

private:
    struct Node {
        std::string name;
        Endpoint address;
        node::NodeOptions options;
        std::unique_ptr<storage::MemoryBlockStore> store;
        SimRuntime* runtime = nullptr;
        std::unique_ptr<node::NodeCore> core;
        std::uint64_t starts = 0;
    };
    struct Dying {
        std::unique_ptr<node::NodeCore> core;
        std::shared_ptr<bool> closed;
    };

    std::unique_ptr<Node> make_node(std::size_t index);
    node::NodeOptions options_for(const Node& node) const;
    void bury(std::unique_ptr<node::NodeCore> core, SimRuntime& runtime);
    void clear_graves();
    Result<node::JobStatus> wait_for(const FileJob& job, Duration limit);

    SimWorld& world_;
    ClusterOptions options_;
    routing::NetworkParameters network_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<Dying> dying_;
};

// A file in memory, on its way in and out of a node.
class MemorySource final : public node::ByteSource {
public:
    explicit MemorySource(Bytes file) : file_(std::move(file)) {}
    routing::Task<Result<Bytes>> read(std::size_t at_most) override;

private:
    Bytes file_;
    std::size_t at_ = 0;
};
class MemorySink final : public node::ByteSink {
public:
    routing::Task<Result<>> begin(const node::GetReport& file) override;
    routing::Task<Result<>> write(Bytes chunk) override;
    routing::Task<Result<>> end() override;
    Bytes file;
    node::GetReport report;
    bool ended = false;
};

}  // namespace catacomb::sim
