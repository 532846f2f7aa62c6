#include "tools/sim/attackers/visitor.hpp"

#include <algorithm>

namespace catacomb::sim {

Visitor::Visitor(Cluster& cluster, const Endpoint& at)
    : runtime_(cluster.world().start("visitor", at)),
      proofs_(runtime_),
      links_(runtime_, proofs_, config(cluster)),
      tasks_(runtime_) {}

routing::LinksConfig Visitor::config(Cluster& cluster) {
    auto rng = runtime_.rng().split("link key");
    return {cluster.network(), crypto::AgreeKeyPair::generate(*rng), [] { return Bytes{}; }, {}};
}

void Visitor::visit(Endpoint host, std::size_t links) {
    for (std::size_t i = 0; i < links; ++i) tasks_.spawn(visit_once(host));
}

void Visitor::end() {
    runtime_.close();
    links_.close_all();
}

routing::Task<void> Visitor::visit_once(Endpoint host) {
    auto met = co_await links_.introduce(host, runtime_.now() + seconds(10));
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
