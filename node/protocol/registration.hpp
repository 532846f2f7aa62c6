// How a vault registers at a rendezvous (docs/spec/storage-messages.md 4).
#pragma once

#include "node/protocol/messages.hpp"
#include "routing/identity.hpp"

namespace catacomb::node {

// What a vault signs to register: the label, the network, the relay, this very circuit, and all fields.
Bytes registration_bytes(const routing::NodeId& relay, const ByteArray<64>& handshake_hash,
                         const wire::Register& request);

}  // namespace catacomb::node
