// AttentiveCaller: calls to other relays whose outcome the view hears of (routing/reach). Whoever asks a
// relay for anything asks by this, so that one rule says who is suspected.
#pragma once

#include "routing/membership/view.hpp"
#include "routing/rpc.hpp"

namespace catacomb::routing {

class AttentiveCaller final : public RpcCaller {
public:
    // All outlive the caller.
    AttentiveCaller(Runtime& runtime, View& view, RpcCaller& calls)
        : runtime_(runtime), view_(view), calls_(calls) {}

    Task<Result<Bytes>> call(DescriptorPtr peer, Method method, Bytes body, Time deadline) override;

private:
    Runtime& runtime_;
    View& view_;
    RpcCaller& calls_;
};

}  // namespace catacomb::routing
