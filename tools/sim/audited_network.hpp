// AuditedNetwork: a simulated network whose every node is listened to by the knowledge audit, with the
// secrets of all nodes and files planted (docs/audit.md 3). Files go in and out through it, so that their
// secrets are known to the audit before any node sees them. run_audit plays one seed of the standing proof.
// One at a time in a process: it takes the log.
#pragma once

#include "storage/tree/disperser.hpp"
#include "tools/sim/cluster.hpp"
#include "tools/sim/oracles/knowledge.hpp"

namespace catacomb::sim {

struct AuditOptions {
    std::uint64_t seed = 1;
    std::size_t relays = 20, vault_only = 5, clients = 5;
    std::size_t client_hops = node::kClientHops;
    std::size_t vault_hops = node::kVaultHops;
    // Puts itself between a node and the audit, for planted faults.
    std::function<routing::Tap*(const std::string& node, routing::Tap& audit)> between;
};

class AuditedNetwork {
public:
    explicit AuditedNetwork(AuditOptions options);
    ~AuditedNetwork();

    bool settle() { return cluster_.settle(minutes(5)); }
    Result<std::string> insert(std::size_t node, ByteView file, const std::string& name);
    Result<Bytes> get(std::size_t node, const std::string& key) { return cluster_.get(node, key); }
    // Also reads what the vaults have on disk.
    std::vector<std::string> violations();

    Cluster& cluster() { return cluster_; }
    KnowledgeAudit& audit() { return audit_; }
    std::size_t first_vault_only() const { return options_.relays; }
    std::size_t first_client() const { return options_.relays + options_.vault_only; }
    // Of the file's top segment when that node inserts it.
    storage::Root root_of(std::size_t node, ByteView file, const std::string& name) const;

private:
    ClusterOptions cluster_options();
    void plant_node(std::size_t node);
    void plant_file(std::size_t node, ByteView file, const std::string& name);
    void plant_segment(const std::string& owner, const std::string& name, const storage::NewSegment& segment);
    void plant_content(const std::string& owner, const storage::InsertParameters& file, ByteView bytes);
    void read_stores();

    const AuditOptions options_;
    KnowledgeAudit audit_;
    SimWorld world_;
    Cluster cluster_;
};

struct AuditOutcome {
    std::size_t inserts = 0, gets = 0;
    KnowledgeAudit::Counters counters;
    std::size_t facts = 0;
    std::vector<std::string> violations;
    std::string failure;  // why the run proves nothing; empty when it does

    bool held() const { return failure.empty() && violations.empty(); }
};

// A network of 30: files of several sizes go in at clients, at a vault's owner and at a relay, and come out
// elsewhere.
AuditOutcome run_audit(std::uint64_t seed);

}  // namespace catacomb::sim
