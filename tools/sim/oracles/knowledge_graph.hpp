// KnowledgeGraph: what one node can put together (docs/audit.md 2). Its vertices are the handles that the
// node tells apart and the facts it saw by them; an edge says that the node knows two of them to belong
// together. Links are where a walk may begin and never where it passes: a link between two relays carries the
// circuits of many. Pure; one thread.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "routing/tap.hpp"

namespace catacomb::sim {

using FactId = std::uint32_t;

class KnowledgeGraph {
public:
    using Handle = routing::Handle;

    void join(Handle a, Handle b);
    void learn(Handle where, FactId fact);
    // Who sees the same number, key or ciphertext by two handles knows that they belong together.
    void mark(Handle where, std::uint64_t fingerprint);

    // The facts that this node knows.
    std::set<FactId> facts() const;
    // A fact that the node can connect with another, and over which handles.
    struct Connection {
        FactId fact;
        std::vector<Handle> path;
    };
    // All facts that `from` can be connected with, in the order of the walk. The walk does not pass through
    // facts of which `ends` holds.
    template <class Ends>
    std::vector<Connection> connected(FactId from, Ends ends) const;

    std::size_t handles() const { return joined_.size(); }

private:
    struct Walk;
    std::map<Handle, std::set<Handle>> joined_;
    std::map<Handle, std::set<FactId>> known_by_;
    std::map<FactId, std::set<Handle>> knowers_;
    std::unordered_map<std::uint64_t, Handle> marks_;
};

struct KnowledgeGraph::Walk {
    std::map<Handle, Handle> came_from;  // a start came from itself
    std::vector<Handle> queue;
    std::set<FactId> met;

    void step(Handle from, Handle to) {
        if (came_from.emplace(to, from).second) queue.push_back(to);
    }
    std::vector<Handle> path_to(Handle at) const;
};

template <class Ends>
std::vector<KnowledgeGraph::Connection> KnowledgeGraph::connected(FactId from, Ends ends) const {
    std::vector<Connection> out;
    const auto knowers = knowers_.find(from);
    if (knowers == knowers_.end()) return out;
    Walk walk;
    walk.met.insert(from);
    for (const auto& start : knowers->second) walk.step(start, start);
    for (std::size_t i = 0; i < walk.queue.size(); ++i) {
        const auto here = walk.queue[i];
        if (const auto facts = known_by_.find(here); facts != known_by_.end()) {
            for (const auto fact : facts->second) {
                if (!walk.met.insert(fact).second) continue;
                out.push_back({fact, walk.path_to(here)});
                if (ends(fact)) continue;
                for (const auto& knower : knowers_.at(fact))
                    if (knower.kind != Handle::Kind::link) walk.step(here, knower);
            }
        }
        if (const auto next = joined_.find(here); next != joined_.end())
            for (const auto& there : next->second) walk.step(here, there);
    }
    return out;
}

}  // namespace catacomb::sim
