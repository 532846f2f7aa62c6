// KnowledgeAudit: could any single node connect what it must not (docs/audit.md)? It is told the secrets of
// the world beforehand (plant), hears through one tap per node each plaintext that the node handled and each
// pair of handles it put together, and looks for the secrets in all of it. A node violates a promise when its
// graph connects
//   a person (an address, a link key, a circuit of one's own) with a block (a segment root, a position),
//   a vault with its owner's person, or when it saw what only holders of a key may see (content) at all.
// Whatever concerns the node itself is its own business. Log lines count as a node of their own: whoever
// seizes a machine reads them, so no line may connect two either. One thread; taps live as long as the audit.
#pragma once

#include <memory>
#include <string>

#include "tools/sim/oracles/knowledge_graph.hpp"
#include "tools/sim/oracles/needles.hpp"

namespace catacomb::sim {

struct Fact {
    enum class Kind { person, vault, block, content };
    Kind kind;
    std::string owner;  // the node whose secret it is
    std::string words;  // "its address", "the root of ..."
};

class KnowledgeAudit {
public:
    KnowledgeAudit();
    ~KnowledgeAudit();

    // From here on the fact is known by any of these forms (each at least 8 bytes) wherever it appears.
    void plant(Fact fact, const std::vector<Bytes>& forms);
    // What that node reports to; made at the first call.
    routing::Tap* tap(const std::string& node);
    void log_line(const std::string& line);

    // In words, one for each node and pair of facts; with the handles that connect them.
    std::vector<std::string> violations() const;

    struct Counters {
        std::uint64_t plaintexts = 0, bytes = 0, joins = 0, log_lines = 0;
        std::uint64_t sightings = 0;  // of planted facts, anywhere
        std::uint64_t circuits = 0;   // built by nodes for themselves
    };
    const Counters& counters() const { return counters_; }
    std::size_t facts() const { return facts_.size(); }

private:
    class NodeTap;
    void saw(NodeTap& node, routing::Handle where, ByteView plaintext);
    bool forbidden(const std::string& node, const Fact& a, const Fact& b) const;
    void judge(const NodeTap& node, std::vector<std::string>& out) const;

    std::vector<Fact> facts_;  // by FactId
    Needles needles_;
    std::map<std::string, std::unique_ptr<NodeTap>> taps_;
    std::unique_ptr<NodeTap> log_;
    Counters counters_;
};

}  // namespace catacomb::sim
