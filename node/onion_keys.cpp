#include "node/onion_keys.hpp"

namespace catacomb::node {

// When the ticket was renewed before the start is not known: it is due when the epoch begins.
OnionKeys::OnionKeys(RelayOptions& relay, const routing::NetworkParameters& network,
                     const routing::NodeId& id)
    : relay_(relay),
      network_(network),
      old_until_(network.epoch_begins(id, relay.proofs.epoch) + 2 * network.descriptor_lifetime) {}

std::vector<crypto::AgreeKeyPair> OnionKeys::all() const {
    const auto epoch = relay_.proofs.epoch;
    std::vector<crypto::AgreeKeyPair> out;
    out.push_back(relay_.onion_seed.key_of(epoch));
    if (relay_.onion_seed.epoch() < epoch) out.push_back(relay_.onion_seed.key_of(epoch - 1));
    return out;
}

bool OnionKeys::forget_old(Time now) {
    if (relay_.onion_seed.epoch() >= relay_.proofs.epoch || now < old_until_) return false;
    relay_.onion_seed.forget_before(relay_.proofs.epoch);
    return true;
}

}  // namespace catacomb::node
