#include "node/vault/renew_talk.hpp"

#include "base/check.hpp"

namespace catacomb::node {

std::optional<RenewTalk> RenewTalk::begin(const wire::VaultRenew& message, Time now) {
    auto asked = read_renewal(message);
    if (!asked) return std::nullopt;
    const auto granted = granted_lease(asked->lease_end, now);
    if (!granted) return std::nullopt;
    return RenewTalk(std::move(*asked), *granted);
}

RenewTalk::RenewTalk(RenewalAsked asked, Time granted) : asked_(std::move(asked)), granted_(granted) {
    for (std::size_t item = 0; item < asked_.items.size(); ++item) {
        for (unsigned i = 0; i < storage::kMaxBlocks; ++i) {
            if (!(asked_.items[item].mask & bit(i))) continue;
            blocks_.push_back({asked_.items[item].root, static_cast<std::uint8_t>(i)});
            item_of_.push_back(item);
        }
    }
}

void RenewTalk::was_read(std::size_t block, Result<Bytes> bytes) {
    const auto size = asked_.items[item_of_[block]].size;
    if (!bytes || bytes->size() != size || !storage::check_block(blocks_[block], *bytes)) return;
    storage::Put put;
    put.id = blocks_[block];
    put.profile = storage::BlockParts::decode(*bytes)->header.profile;
    put.bytes = std::move(*bytes);
    put.asker = storage::Asker::renew;
    put.lease_end = granted_;
    puts_.push_back(std::move(put));
    put_block_.push_back(block);
}

std::vector<BlockMask> RenewTalk::were_put(const std::vector<Result<>>& done) const {
    CHECK(done.size() == put_block_.size());
    std::vector<BlockMask> out(asked_.items.size());
    for (std::size_t i = 0; i < done.size(); ++i) {
        const auto block = put_block_[i];
        if (done[i]) out[item_of_[block]] |= bit(blocks_[block].index);
    }
    return out;
}

}  // namespace catacomb::node
