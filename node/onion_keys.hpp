// OnionKeys: a relay's onion keys as its tickets go on (docs/spec/onion.md 2): the key of the epoch that its
// descriptor shows, and the one before while descriptors with it are about.
#pragma once

#include "node/options.hpp"

namespace catacomb::node {

class OnionKeys {
public:
    // Both outlive it; the seed in `relay` is forgotten here, its ticket is renewed elsewhere.
    OnionKeys(RelayOptions& relay, const routing::NetworkParameters& network, const routing::NodeId& id);

    std::vector<crypto::AgreeKeyPair> all() const;
    // A new ticket is shown from now on.
    void renewed(Time now) { old_until_ = now + network_.descriptor_lifetime; }
    // True when the key of before was forgotten: no descriptor that has it holds any more.
    bool forget_old(Time now);

private:
    RelayOptions& relay_;
    const routing::NetworkParameters& network_;
    Time old_until_{};
};

}  // namespace catacomb::node
