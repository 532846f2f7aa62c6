#include "node/vault/renew_talk.hpp"

#include "base/check.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {

std::optional<RenewTalk> RenewTalk::begin(const wire::Renew& message, Time now) {
    auto asked = read_renewal(message, limits::kRenewedByVault);
    if (!asked) return std::nullopt;
    const auto granted = granted_lease(asked->lease_end, now);
    if (!granted) return std::nullopt;
    return RenewTalk(std::move(*asked), *granted);
}

RenewTalk::RenewTalk(RenewalAsked asked, Time granted) : asked_(std::move(asked)), granted_(granted) {
    for (std::size_t item = 0; item < asked_.items.size(); ++item) {
        for (unsigned i = 0; i < storage::kMaxBlocks; ++i) {
            if (!(asked_.items[item].mask & bit(i))) continue;
            const storage::BlockId id{asked_.items[item].root, static_cast<std::uint8_t>(i)};
            renewals_.push_back({id, granted_, storage::Asker::renew, asked_.items[item].size});
            item_of_.push_back(item);
        }
    }
}

std::vector<BlockMask> RenewTalk::were_renewed(const std::vector<Result<>>& done) const {
    CHECK(done.size() == renewals_.size());
    std::vector<BlockMask> out(asked_.items.size());
    for (std::size_t i = 0; i < done.size(); ++i) {
        if (done[i]) out[item_of_[i]] |= bit(renewals_[i].id.index);
    }
    return out;
}

}  // namespace catacomb::node
