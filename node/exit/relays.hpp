// Relays: who answers for a block, and how they are asked. From the view while it has room for every relay
// there is, else by a lookup on the ring.
#pragma once

#include <optional>

#include "routing/membership/view.hpp"
#include "routing/ring/ring.hpp"
#include "storage/segment/block.hpp"

namespace catacomb::node {

using routing::DescriptorPtr;
using routing::Runtime;
using routing::Task;

class Relays {
public:
    Relays(Runtime& runtime, const routing::View& view, routing::Ring& ring, routing::RpcCaller& caller)
        : runtime_(runtime), view_(view), ring_(ring), caller_(caller) {}

    // The relays to ask for a block, the responsible one first; nullopt: only a lookup can tell.
    std::optional<std::vector<DescriptorPtr>> known(const storage::BlockId& block, std::size_t count) const;
    // None when the lookup failed.
    Task<std::vector<DescriptorPtr>> look_up(storage::BlockId block, std::size_t count, Time deadline);
    Task<Result<Bytes>> call(DescriptorPtr relay, routing::Method method, Bytes body, Time deadline);
    Runtime& runtime() const { return runtime_; }
    const routing::View& view() const { return view_; }

private:
    Runtime& runtime_;
    const routing::View& view_;
    routing::Ring& ring_;
    routing::RpcCaller& caller_;
};

}  // namespace catacomb::node
