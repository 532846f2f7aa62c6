#include "tools/sim/oracles/knowledge_graph.hpp"

#include <algorithm>

namespace catacomb::sim {

void KnowledgeGraph::join(Handle a, Handle b) {
    // Edges lead away from links only.
    if (b.kind != Handle::Kind::link) joined_[a].insert(b);
    if (a.kind != Handle::Kind::link) joined_[b].insert(a);
}

void KnowledgeGraph::learn(Handle where, FactId fact) {
    known_by_[where].insert(fact);
    knowers_[fact].insert(where);
}

void KnowledgeGraph::mark(Handle where, std::uint64_t fingerprint) {
    const auto [known, is_new] = marks_.emplace(fingerprint, where);
    if (!is_new && known->second != where) join(known->second, where);
}

std::set<FactId> KnowledgeGraph::facts() const {
    std::set<FactId> out;
    for (const auto& [fact, knowers] : knowers_) out.insert(fact);
    return out;
}

std::vector<routing::Handle> KnowledgeGraph::Walk::path_to(Handle at) const {
    std::vector<Handle> out{at};
    while (came_from.at(out.back()) != out.back()) out.push_back(came_from.at(out.back()));
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace catacomb::sim
