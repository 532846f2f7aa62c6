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
std::size_t blocks_in(const std::vector<RenewalItem>& items);

struct RenewalAsked {
    std::vector<RenewalItem> items;
    Time lease_end{};
    BlockNonce nonce;

    std::size_t blocks() const { return blocks_in(items); }
};
using WireItems = google::protobuf::RepeatedPtrField<wire::Renew::Item>;
void write_items(const std::vector<RenewalItem>& items, WireItems& out);
wire::Renew to_wire(const RenewalAsked& asked);
// Code::malformed for names that are none, an item of nothing, no item, or more than `most` blocks.
Result<std::vector<RenewalItem>> read_items(const WireItems& items, std::size_t most);
Result<RenewalAsked> read_renewal(const wire::Renew& message, std::size_t most);

// At least `length` away, at midnight UTC: to the second it would be a mark that all blocks of one insert
// share.
Time lease_end_after(Time now, Duration length);
// What a vault grants of a lease that ends at `asked`: all of it, or the last midnight within the longest.
// nullopt when it has ended already.
std::optional<Time> granted_lease(Time asked, Time now);
// Code::corrupt unless a vault granted enough, and not more than was asked.
Result<> check_lease(Time granted, Time asked, Time now);

}  // namespace catacomb::node
