#include "node/vault/inventory.hpp"

namespace catacomb::node {

bool VaultInventory::add(const storage::BlockId& block) {
    if (!prefixes_.insert(prefix_of(block))) return false;
    ++roots_[root_tag(block.root)];
    return true;
}

bool VaultInventory::drop(const storage::BlockId& block) {
    if (!prefixes_.erase(prefix_of(block))) return false;
    const auto siblings = roots_.find(root_tag(block.root));
    if (siblings != roots_.end() && --siblings->second == 0) roots_.erase(siblings);
    return true;
}

}  // namespace catacomb::node
