#include "routing/network.hpp"

#include "base/codec.hpp"

namespace catacomb::routing {

NetworkParameters NetworkParameters::with_id() const {
    crypto::Hasher h(crypto::label::kNetworkId);
    h.u32(kProtocolVersion).sized(view(name));
    for (const auto& price : {pow, ticket}) {
        h.u32(price.prefilter_bits).u32(price.difficulty_bits);
        h.u64(price.cost.passes).u64(price.cost.memory_bytes);
    }
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
    out.pow = out.ticket = {0, 0, {1, 8192}};
    out.allow_special_addresses = true;
    out.relays_per_prefix = 1024;
    return out.with_id();
}

namespace {

// From the end of the id: neighbours on the ring, who answer for the same blocks, renew at different times.
Duration offset_of(const RingId& id, Duration epoch) {
    return Duration(
        static_cast<Duration::rep>(load_le(id.view().last(8)) % static_cast<std::uint64_t>(epoch.count())));
}

}  // namespace

std::uint32_t NetworkParameters::epoch_of(const RingId& of, Time now) const {
    return static_cast<std::uint32_t>((now.time_since_epoch() + offset_of(of, pow_epoch)) / pow_epoch);
}

Time NetworkParameters::epoch_begins(const RingId& of, std::uint32_t epoch) const {
    return Time(pow_epoch * epoch - offset_of(of, pow_epoch));
}

bool NetworkParameters::ticket_counts(const RingId& of, std::uint32_t epoch, Time now) const {
    return epoch <= epoch_of(of, now + kMaxClockSkew) && std::uint64_t{epoch} + 1 >= epoch_of(of, now);
}

}  // namespace catacomb::routing
