// OwnDescriptor: this relay's own descriptor, signed anew when a field changes and at half its life
// (docs/spec/membership.md 4). Shared by links (which show it in handshakes), ring and gossip. A node that is
// only a client has none.
#pragma once

#include <functional>

#include "routing/descriptor.hpp"

namespace catacomb::routing {

class OwnDescriptor {
public:
    // `sign` makes a descriptor published at `now` (sign_descriptor); the id must never change.
    using Sign = std::function<Result<DescriptorPtr>(Time now)>;

    OwnDescriptor(Sign sign, Time now);
    // Signs anew: a field has changed.
    void renew(Time now);
    // Never null.
    const DescriptorPtr& current(Time now);
    const NodeId& id() const { return current_->id; }

private:
    Sign sign_;
    DescriptorPtr current_;
};

}  // namespace catacomb::routing
