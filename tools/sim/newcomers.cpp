#include "tools/sim/newcomers.hpp"

#include <cmath>
#include <map>
#include <numeric>

#include "base/log.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr auto kReadyLimit = minutes(5);
constexpr std::size_t kIntroducers = 3;  // whose addresses the cluster gives out

class Newcomers {
public:
    explicit Newcomers(const NewcomersOptions& options)
        : options_(options), world_(options.seed), cluster_(world_, shape()) {}
    ~Newcomers() { cluster_.close(); }

    NewcomersOutcome run() {
        out_.chosen.resize(options_.relays);
        for (std::size_t i = 0; i < options_.clients; ++i) cluster_.crash(client(i));
        if (!cluster_.settle(minutes(30))) {
            out_.trouble = "the relays did not become ready";
            return out_;
        }
        for (std::size_t i = 0; i < options_.relays; ++i) index_[cluster_.core(i).ring()->table().id()] = i;
        world_.network().conditions.worker_delay_max = options_.longest_work;
        for (std::size_t i = 0; i < options_.clients; ++i) come(i);
        return out_;
    }

private:
    ClusterOptions shape() {
        ClusterOptions out;
        out.relays = options_.relays;
        out.clients = options_.clients;
        out.vault_on_relays = false;
        // None has been here before.
        out.at_start = [relays = options_.relays](std::size_t index, node::NodeOptions& node) {
            if (index < relays) return;
            node.guards = {};
            node.known_relays = {};
            node.known_proofs = {};
        };
        return out;
    }
    std::size_t client(std::size_t number) const { return options_.relays + number; }

    // One after the other: each has the machine to itself.
    void come(std::size_t number) {
        const auto at = client(number);
        const auto began = world_.now();
        cluster_.start(at);
        auto& core = cluster_.core(at);
        const bool ready = world_.run_until(
            [&] { return core.is_ready() && !core.paths().guard_state().saved().first.empty(); },
            kReadyLimit);
        out_.slowest = std::max(out_.slowest, world_.now() - began);
        if (ready) {
            ++out_.ready;
            const auto guard = index_.at(core.paths().guard_state().saved().first.front().id);
            ++out_.chosen[guard];
            out_.by_introducers += guard < kIntroducers ? 1 : 0;
            if (options_.say)
                options_.say(
                    concat("client ", number, " ready after ", in_seconds(world_.now() - began), " s"));
        }
        cluster_.crash(at);
        world_.run_for(seconds(1));
    }

    const NewcomersOptions& options_;
    SimWorld world_;
    Cluster cluster_;
    std::map<routing::NodeId, std::size_t> index_;
    NewcomersOutcome out_;
};

}  // namespace

NewcomersOutcome run_newcomers(const NewcomersOptions& options) { return Newcomers(options).run(); }

double excess_unevenness(const std::vector<std::size_t>& counts) {
    const auto all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    const double expected = static_cast<double>(all) / static_cast<double>(counts.size());
    double statistic = 0;
    for (const auto count : counts) {
        const auto off = static_cast<double>(count) - expected;
        statistic += off * off / expected;
    }
    const auto degrees = static_cast<double>(counts.size() - 1);
    return (statistic - degrees) / std::sqrt(2 * degrees);
}

}  // namespace catacomb::sim
