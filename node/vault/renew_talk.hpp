// RenewTalk: what a vault does when it is asked to extend the leases of many blocks: in one durable step the
// store reads each and extends it until the granted lease ends; for what it could read, and what is as large
// as was said, the vault gives its word. Pure.
#pragma once

#include <optional>

#include "node/protocol/asked.hpp"
#include "storage/store/block_store.hpp"

namespace catacomb::node {

class RenewTalk {
public:
    // nullopt: the request makes no sense, or the lease has ended already.
    static std::optional<RenewTalk> begin(const wire::Renew& message, Time now);

    // For the store; then were_renewed() with a result for each: of each item, what is renewed.
    const std::vector<storage::Renewal>& renewals() const { return renewals_; }
    std::vector<BlockMask> were_renewed(const std::vector<Result<>>& done) const;
    const RenewalAsked& asked() const { return asked_; }
    Time granted() const { return granted_; }

private:
    RenewTalk(RenewalAsked asked, Time granted);

    RenewalAsked asked_;
    Time granted_{};
    std::vector<storage::Renewal> renewals_;
    std::vector<std::size_t> item_of_;  // for each of them
};

}  // namespace catacomb::node
