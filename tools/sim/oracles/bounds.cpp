#include "tools/sim/oracles/bounds.hpp"

#include "base/log.hpp"

namespace catacomb::sim {
namespace {

std::string exceeds(const char* what, std::size_t is, std::size_t most) {
    return is <= most ? std::string() : concat(what, ": ", is, " where ", most, " is the maximum");
}

std::string link_violation(const routing::Link& link, const routing::LinkLimits& limits) {
    for (const auto& found : {
             exceeds("circuits over one link", link.circuits, limits.circuits),
             exceeds("control frames waiting on one link", link.outbox().control_waiting(),
                     limits.control_frames + limits.circuits),
             exceeds("body frames waiting on one link", link.outbox().bodies_waiting(),
                     limits.body_frames + limits.outstanding_rpcs),
         }) {
        if (!found.empty()) return found;
    }
    return {};
}

}  // namespace

std::string bounds_violation(node::NodeCore& node) {
    const auto& limits = node.links().limits();
    auto& circuits = node.circuits();
    for (const auto& found : {
             exceeds("links", node.links().count(), limits.links),
             exceeds("sources remembered", node.links().sources().remembered(), limits.sources),
             exceeds("bytes in transit", node.links().holdings().held(), limits.transit_bytes),
             exceeds("bytes of long requests", node.rpc().held(), limits.request_bytes),
             exceeds("relayed circuits", circuits.relayed(), circuits.limits().relayed_circuits),
             exceeds("cells waiting in one channel", circuits.longest_queue(), circuits.limits().queue_max()),
         }) {
        if (!found.empty()) return found;
    }
    if (node.is_relay()) {
        const auto most = node.options().registry_limits.bytes;
        auto found = exceeds("bytes known of vaults", node.rendezvous()->registry().bytes(), most);
        if (!found.empty()) return found;
    }
    for (const auto& link : node.links().all()) {
        if (auto found = link_violation(*link, limits); !found.empty()) return found;
    }
    return {};
}

std::size_t bytes_waiting(node::NodeCore& node) { return node.links().holdings().held(); }

}  // namespace catacomb::sim
