#include "node/protocol/registration.hpp"

#include "base/codec.hpp"

namespace catacomb::node {

Bytes registration_bytes(const routing::NodeId& relay, const ByteArray<64>& handshake_hash,
                         const wire::Register& request) {
    Writer out;
    out.raw(relay).raw(handshake_hash).sized(view(request.vault_key()));
    out.sized(view(request.founding())).sized(view(request.ticket())).u32(request.epoch());
    out.u32(request.capacity_class()).sized(view(request.inventory_digest()));
    return out.take();
}

}  // namespace catacomb::node
