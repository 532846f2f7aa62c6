#include "tools/sim/network.hpp"

#include <algorithm>

#include "base/codec.hpp"

namespace catacomb::sim {

Network::Network(Timeline& timeline, Conditions at_start, const Rng& root)
    : conditions(at_start),
      timeline_(timeline),
      rng_(root.split("network")),
      latencies_(root.split("latencies")),
      trace_(crypto::label::kTrace) {}

// The latency depends on the seed and the two addresses alone, not on who spoke to whom first.
Path& Network::path(const Host& from, const Host& to) {
    const auto [at, is_new] = paths_.try_emplace({from, to});
    auto& path = at->second;
    if (!is_new) return path;
    const auto drawn = latencies_->split(to_hex(from) + to_hex(to));
    const auto low = conditions.latency_min.count(), high = conditions.latency_max.count();
    path.latency = Duration(drawn->between(low, high));
    path.cut = std::any_of(cuts_.begin(), cuts_.end(), [&](const Cut& cut) { return cut.between(from, to); });
    return path;
}

bool Network::Cut::between(const Host& from, const Host& to) const {
    return (a.contains(from) && b.contains(to)) || (b.contains(from) && a.contains(to));
}

void Network::partition(std::set<Host> a, std::set<Host> b) {
    cuts_.push_back({std::move(a), std::move(b)});
    for (auto& [pair, path] : paths_) path.cut |= cuts_.back().between(pair.first, pair.second);
}

void Network::heal() {
    cuts_.clear();
    for (auto& [pair, path] : paths_) path.cut = false;
}

void Network::clog(const Host& from, const Host& to, Duration length) {
    path(from, to).clogged_until = timeline_.now() + length;
}

void Network::trace(TraceKind kind, const Endpoint& from, const Endpoint& to, ByteView content) {
    Writer record;
    record.u64(static_cast<std::uint64_t>(timeline_.now().time_since_epoch().count()));
    record.u8(static_cast<std::uint8_t>(kind));
    record.raw(from.address).u16(from.port).raw(to.address).u16(to.port);
    trace_.fixed(record.bytes()).sized(content);
}

}  // namespace catacomb::sim
