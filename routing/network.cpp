#include "routing/network.hpp"

namespace catacomb::routing {

NetworkParameters NetworkParameters::with_id() const {
    crypto::Hasher h(crypto::label::kNetworkId);
    h.u32(kProtocolVersion).sized(view(name));
    h.u32(pow.prefilter_bits).u32(pow.difficulty_bits).u64(pow.cost.passes).u64(pow.cost.memory_bytes);
    h.u64(static_cast<std::uint64_t>(pow_epoch.count()));
    h.u64(static_cast<std::uint64_t>(descriptor_lifetime.count()));
    h.u8(allow_special_addresses ? 1 : 0).u32(successors).u32(registrations).u32(view_cap);
    h.u32(relays_per_prefix).u32(warn_below_relays).u32(refuse_below_relays);
    auto out = *this;
    out.id = NetworkId{h.digest().bytes};
    return out;
}

NetworkParameters NetworkParameters::testnet(std::string name) {
    NetworkParameters out;
    out.name = std::move(name);
    out.pow = {0, 0, {1, 8192}};
    out.allow_special_addresses = true;
    out.relays_per_prefix = 1024;
    return out.with_id();
}

std::uint32_t NetworkParameters::epoch_at(Time now) const {
    return static_cast<std::uint32_t>(now.time_since_epoch() / pow_epoch);
}

}  // namespace catacomb::routing
