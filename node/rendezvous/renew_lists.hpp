// RenewLists: what a rendezvous asks which vault when an exit wants many leases extended
// (docs/spec/storage-messages.md 4): of every block those that have it, at most kCopiesRenewed of them; of
// every vault no more at once than it takes. Pure.
#pragma once

#include <functional>
#include <map>

#include "node/protocol/asked.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::node {

// One message to one vault.
struct RenewList {
    RenewalAsked asked;
    std::vector<std::uint32_t> numbers;  // of its items in what the exit asked, ascending
};
struct VaultLists {
    routing::RegisteredVault vault;
    std::vector<RenewList> lists;
};

// The vaults that have a block, the best first.
using HoldersOf = std::function<std::vector<routing::RegisteredVault>(const storage::BlockId&)>;
// In order of session.
std::vector<VaultLists> renew_lists(const RenewalAsked& asked, const HoldersOf& holders);

}  // namespace catacomb::node
