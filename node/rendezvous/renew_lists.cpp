#include "node/rendezvous/renew_lists.hpp"

#include <algorithm>

#include "node/protocol/block_nonce.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

// Blocks come in the order of items, so an item that is there already is the last one.
void add(VaultLists& to, const RenewalAsked& asked, std::uint32_t number, BlockMask block) {
    if (to.lists.empty() || to.lists.back().asked.blocks() == limits::kRenewedByVault) {
        auto& list = to.lists.emplace_back();
        list.asked.lease_end = asked.lease_end;
        list.asked.nonce = vault_nonce(asked.nonce, to.vault.id);
    }
    auto& list = to.lists.back();
    if (list.numbers.empty() || list.numbers.back() != number) {
        const auto& item = asked.items[number];
        list.numbers.push_back(number);
        list.asked.items.push_back({item.root, 0, item.size});
    }
    list.asked.items.back().mask |= block;
}

}  // namespace

std::vector<VaultLists> renew_lists(const RenewalAsked& asked, const HoldersOf& holders) {
    std::map<std::uint64_t, VaultLists> by_session;
    for (std::uint32_t number = 0; number < asked.items.size(); ++number) {
        const auto& item = asked.items[number];
        for (auto left = item.mask; left; left &= left - 1) {
            const auto index = static_cast<std::uint8_t>(__builtin_ctzll(left));
            auto having = holders({item.root, index});
            having.resize(std::min(having.size(), limits::kCopiesRenewed));
            for (const auto& vault : having) {
                auto& lists = by_session[vault.session];
                lists.vault = vault;
                add(lists, asked, number, bit(index));
            }
        }
    }
    std::vector<VaultLists> out;
    for (auto& [session, lists] : by_session) out.push_back(std::move(lists));
    return out;
}

}  // namespace catacomb::node
