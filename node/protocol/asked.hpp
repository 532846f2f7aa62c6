// What a vault is asked to promise, of one block or of many, and how much of a lease it grants
// (docs/spec/storage-messages.md 5). Pure.
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "node/protocol/block_name.hpp"
#include "node/protocol/block_nonce.hpp"

namespace catacomb::node {

// Both sides of a vault's word know it; hardly any of it travels with the word.
struct Asked {
    storage::BlockId block;
    std::uint32_t size = 0;  // of the block, in bytes
    Time lease_end{};
    BlockNonce nonce;
    bool lease_only = false;  // then nothing but RENEWED is an answer
};

// Of one segment.
struct RenewalItem {
    storage::Root root;
    BlockMask mask = 0;
    std::uint32_t size = 0;  // of each block, in bytes
};
struct RenewalAsked {
    std::vector<RenewalItem> items;
    Time lease_end{};
    BlockNonce nonce;

    std::size_t blocks() const;
};
inline constexpr std::size_t kMostRenewed = 64;  // blocks in one message

wire::VaultRenew to_wire(const RenewalAsked& asked);
// Code::malformed for names that are none, an item of nothing, no item, or more than kMostRenewed blocks.
Result<RenewalAsked> read_renewal(const wire::VaultRenew& message);

// What a vault grants of a lease that ends at `asked`: all of it, or the last midnight within the longest.
// nullopt when it has ended already.
std::optional<Time> granted_lease(Time asked, Time now);
// Code::corrupt unless a vault granted enough, and not more than was asked.
Result<> check_lease(Time granted, Time asked, Time now);

}  // namespace catacomb::node
