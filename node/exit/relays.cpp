#include "node/exit/relays.hpp"

#include "routing/rendezvous/placement.hpp"

namespace catacomb::node {

std::optional<std::vector<DescriptorPtr>> Relays::known(const storage::BlockId& block,
                                                        std::size_t count) const {
    if (view_.size() >= view_.network().view_cap) return std::nullopt;
    return view_.successors_of(routing::block_position(block.root, block.index), count, runtime_.now());
}

Task<std::vector<DescriptorPtr>> Relays::look_up(storage::BlockId block, std::size_t count, Time deadline) {
    const auto position = routing::block_position(block.root, block.index);
    auto found = co_await ring_.find_successors(position, count, deadline);
    if (!found) co_return std::vector<DescriptorPtr>{};
    co_return std::move(*found);
}

Task<Result<Bytes>> Relays::call(DescriptorPtr relay, routing::Method method, Bytes body, Time deadline) {
    co_return co_await caller_.call(std::move(relay), method, std::move(body), deadline);
}

}  // namespace catacomb::node
