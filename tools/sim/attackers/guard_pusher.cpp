// The guard pusher: the first relays that a newcomer hears of would be its guards for months, if it chose at
// once from what it has heard. The guard walker cuts a client's line for some minutes: if whoever does not
// answer were given up, others would take the place of its guards each time.
#include <set>

#include "base/log.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kNewcomers = 12, kFirstMet = 3, kOutages = 3;

class Guards {
public:
    Guards(const Trial& trial, std::size_t clients)
        : world_(trial.seed), cluster_(world_, options(trial, clients)) {
        CHECK(cluster_.settle(minutes(2)));
    }
    ~Guards() { cluster_.close(); }

    // The relays that introduce whoever is new.
    Verdict push() {
        for (std::size_t i = 0; i < kNewcomers; ++i) cluster_.crash(client(i));
        for (std::size_t i = 0; i < kNewcomers; ++i) cluster_.start(client(i));
        CHECK(cluster_.settle(minutes(2)));
        std::set<routing::NodeId> first_met;
        for (std::size_t i = 0; i < kFirstMet; ++i) first_met.insert(cluster_.core(i).ring()->table().id());
        std::size_t taken = 0;
        for (std::size_t i = 0; i < kNewcomers; ++i)
            taken += first_met.contains(guards(client(i)).front().id) ? 1 : 0;
        return {taken > kNewcomers / 2,
                concat(taken, " of ", kNewcomers, " newcomers took one of the ", kFirstMet,
                       " relays that introduced them, of ", cluster_.relays())};
    }

    Verdict walk() {
        const auto before = guards(client(0));
        for (std::size_t i = 0; i < kOutages; ++i) {
            world_.network().partition({cluster_.address(client(0)).address}, all_relays());
            world_.run_for(minutes(3));
            world_.network().heal();
            world_.run_for(minutes(20));
        }
        world_.run_for(hours(7));  // who stood in has gone again
        const auto after = guards(client(0));
        return {after.size() > before.size(), concat("of ", before.size(), " guards ", kOutages,
                                                     " outages of three minutes made ", after.size())};
    }

private:
    static ClusterOptions options(const Trial& trial, std::size_t clients) {
        ClusterOptions out;
        out.relays = trial.relays;
        out.clients = clients;
        out.vault_on_relays = false;
        out.at_start = [relays = trial.relays](std::size_t index, node::NodeOptions& node) {
            if (index < relays) return;
            node.guards = {};
            node.known_relays = {};
        };
        return out;
    }
    std::size_t client(std::size_t number) const { return cluster_.relays() + number; }
    std::vector<routing::Guard> guards(std::size_t of) {
        return cluster_.core(of).paths().guard_state().saved().first;
    }
    std::set<Host> all_relays() const {
        std::set<Host> out;
        for (std::size_t i = 0; i < cluster_.relays(); ++i) out.insert(cluster_.address(i).address);
        return out;
    }

    SimWorld world_;
    Cluster cluster_;
};

}  // namespace

Verdict push_guards(const Trial& trial) { return Guards(trial, kNewcomers).push(); }
Verdict walk_guards(const Trial& trial) { return Guards(trial, 1).walk(); }

}  // namespace catacomb::sim
