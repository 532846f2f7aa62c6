// Partners: with whom a node that only dials out has links (docs/spec/membership.md 3): it shows its address
// to its guard, to the next while that one does not answer, and before it has one to those who introduced it.
#pragma once

#include "node/circuits/paths.hpp"
#include "routing/link/links.hpp"

namespace catacomb::node {

class Partners {
public:
    // All outlive it.
    Partners(Runtime& runtime, routing::View& view, routing::Links& links, Paths& paths)
        : runtime_(runtime), view_(view), links_(links), paths_(paths) {}

    // With whom to gossip: one, once there are guards.
    std::vector<routing::DescriptorPtr> now();
    // Links to nobody that is a guard: who introduced us need not see us longer.
    void close_needless_links();

private:
    std::vector<routing::DescriptorPtr> introduced() const;

    Runtime& runtime_;
    routing::View& view_;
    routing::Links& links_;
    Paths& paths_;
};

}  // namespace catacomb::node
