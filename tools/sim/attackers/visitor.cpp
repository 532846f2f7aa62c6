#include "tools/sim/attackers/visitor.hpp"

#include <algorithm>

namespace catacomb::sim {

Visitor::Visitor(Cluster& cluster, const Endpoint& at) : stranger_(cluster, at, {}, "visitor") {}

void Visitor::visit(Endpoint host, std::size_t links) {
    for (std::size_t i = 0; i < links; ++i) stranger_.tasks.spawn(visit_once(host));
}

routing::Task<void> Visitor::visit_once(Endpoint host) {
    auto met = co_await links().introduce(host, stranger_.runtime.now() + seconds(10));
    if (met) ++let_in_;
}

namespace {

ClusterOptions options(const Trial& trial, std::size_t victim_links) {
    ClusterOptions out;
    out.relays = trial.relays;
    out.adjust = [victim_links](std::size_t index, node::NodeOptions& node) {
        if (index == 0) node.link_limits.links = victim_links;
    };
    return out;
}

}  // namespace

Siege::Siege(const Trial& trial, std::size_t victim_links)
    : world_(trial.seed), cluster_(world_, options(trial, victim_links)) {
    CHECK(cluster_.settle(minutes(2)));
}

Siege::~Siege() {
    for (auto& visitor : visitors_) visitor->end();
    world_.run_for(seconds(1));
    visitors_.clear();
    cluster_.close();
}

Visitor& Siege::add_visitor(const Endpoint& at) {
    return *visitors_.emplace_back(std::make_unique<Visitor>(cluster_, at));
}

void Siege::visit(std::size_t visitors, std::size_t links) {
    for (std::size_t i = 0; i < visitors; ++i) visitors_[i]->visit(cluster_.address(0), links);
    const auto settled = [this] {
        return std::all_of(visitors_.begin(), visitors_.end(),
                           [](const auto& one) { return one->settled(); });
    };
    CHECK(world_.run_until(settled, minutes(1)));
}

}  // namespace catacomb::sim
