// VaultInventory: which blocks a vault vouches for, by the prefixes that its rendezvous know, and of which
// roots it has some. What could not be read is not in it. Pure.
#pragma once

#include "node/protocol/block_name.hpp"
#include "routing/rendezvous/inventory.hpp"

namespace catacomb::node {

class VaultInventory {
public:
    // False when nothing changed.
    bool add(const storage::BlockId& block);
    bool drop(const storage::BlockId& block);
    bool has(const storage::BlockId& block) const { return prefixes_.contains(prefix_of(block)); }
    bool has_sibling(const storage::Root& root) const { return roots_.count(root_tag(root)) > 0; }
    const routing::Inventory& prefixes() const { return prefixes_; }

private:
    routing::Inventory prefixes_;
    std::map<RootTag, unsigned> roots_;  // how many of its blocks are here
};

}  // namespace catacomb::node
