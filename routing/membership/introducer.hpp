// Introducer: how a node that knows nothing but an address gets to know the relay there. The links implement
// it: they dial without expecting an identity, and the handshake brings the relay's descriptor.
#pragma once

#include "routing/descriptor.hpp"
#include "routing/gate.hpp"

namespace catacomb::routing {

class Introducer {
public:
    virtual ~Introducer() = default;
    // A verified descriptor, and an open link to its relay. Code::unreachable, Code::timed_out; Code::refused
    // when what answers is no relay of this network, or is ourselves.
    virtual Task<Result<DescriptorPtr>> introduce(Endpoint at, Time deadline) = 0;
};

}  // namespace catacomb::routing
