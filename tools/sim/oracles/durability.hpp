// Durability: what was acknowledged can be read while at least k blocks of each segment live
// (docs/testing.md, Oracles). The oracle knows what no node does: which vaults are up, and what lies in them.
#pragma once

#include <string>
#include <vector>

#include "storage/store/block_store.hpp"

namespace catacomb::sim {

using Stores = std::vector<storage::BlockStore*>;

// The file behind a read key, out of these stores and without any network. Code::not_found: some segment has
// fewer than k blocks in them. Requires: a well-formed key.
Result<Bytes> read_from_stores(const std::string& key, const Stores& stores);

// A get of an acknowledged file ended with `got` while the vaults of `live` were up. A violation in words, or
// an empty string.
std::string durability_violation(const std::string& key, const Result<Bytes>& got, const Stores& live);

// An insert ended with `placed` blocks acknowledged, and then vaults crashed: none of the blocks may be in no
// store of `all`. A violation in words, or an empty string.
std::string acknowledgement_violation(const std::string& key, std::size_t placed, const Stores& all);

}  // namespace catacomb::sim
