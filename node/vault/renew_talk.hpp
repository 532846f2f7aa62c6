// RenewTalk: what a vault does when it is asked to extend the leases of many blocks: those that it reads and
// verifies are put again until the granted lease ends, in one durable group; for what was put it gives its
// word. Pure.
#pragma once

#include <optional>

#include "node/protocol/asked.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

class RenewTalk {
public:
    // nullopt: the request makes no sense, or the lease has ended already.
    static std::optional<RenewTalk> begin(const wire::VaultRenew& message, Time now);

    // To read, in this order; then was_read() for each, then put what puts() says, then were_put().
    const std::vector<storage::BlockId>& blocks() const { return blocks_; }
    void was_read(std::size_t block, Result<Bytes> bytes);
    std::vector<storage::Put> take_puts() { return std::move(puts_); }
    // One result for each put, in order: of each item, what is renewed.
    std::vector<BlockMask> were_put(const std::vector<Result<>>& done) const;
    const RenewalAsked& asked() const { return asked_; }
    Time granted() const { return granted_; }

private:
    RenewTalk(RenewalAsked asked, Time granted);

    RenewalAsked asked_;
    Time granted_{};
    std::vector<storage::BlockId> blocks_;
    std::vector<std::size_t> item_of_;  // for each block
    std::vector<storage::Put> puts_;
    std::vector<std::size_t> put_block_;  // for each put
};

}  // namespace catacomb::node
