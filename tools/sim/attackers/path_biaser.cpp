// The path biaser: a guard that extends circuits to its friends alone, and friends that do the same. Each
// failure looks like a dead relay's; whoever tries until a circuit comes about has one that ends at a friend.
#include <set>

#include "base/log.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kRelays = 16, kFriends = 5;
constexpr std::size_t kCircuits = 160, kJudged = 30;  // the last ones

class PathBiaser {
public:
    explicit PathBiaser(const Trial& trial) : world_(trial.seed), cluster_(world_, options()) {
        CHECK(cluster_.settle(minutes(2)));
    }
    ~PathBiaser() { cluster_.close(); }

    Verdict run() {
        conspire();
        routing::TaskSet tasks(client().links().runtime());
        tasks.spawn(build_many());
        CHECK(world_.run_until([&] { return tasks.count() == 0; }, hours(24)));
        std::size_t judged = 0, at_friends = 0, by_guard = 0;
        for (std::size_t i = ends_.size() - std::min(ends_.size(), kJudged); i < ends_.size(); ++i) {
            ++judged;
            at_friends += friends_.contains(ends_[i].exit) ? 1 : 0;
            by_guard += ends_[i].guard == guard_ ? 1 : 0;
        }
        return {judged == kJudged && at_friends == judged,
                concat("of the last ", judged, " of ", ends_.size(), " circuits ", at_friends,
                       " end at a friend, ", by_guard, " go by the guard; ", client().paths().guards_left(),
                       " guards are left")};
    }

private:
    struct Ends {
        routing::NodeId guard, exit;
    };

    static ClusterOptions options() {
        ClusterOptions out;
        out.relays = kRelays;
        out.clients = 1;
        out.vault_on_relays = false;
        return out;
    }
    node::NodeCore& client() { return cluster_.core(kRelays); }
    // The client's first guard, and the first relays that are none of its guards.
    void conspire() {
        std::set<routing::NodeId> guards;
        for (const auto& guard : client().paths().guards()) guards.insert(guard->id);
        guard_ = client().paths().guards().front()->id;
        for (const auto& relay : client().view().all()) {
            if (!guards.contains(relay->id) && friends_.size() < kFriends) friends_.insert(relay->id);
        }
        for (std::size_t i = 0; i < kRelays; ++i) {
            const auto id = cluster_.core(i).circuits().relay()->id;
            if (id != guard_ && !friends_.contains(id)) continue;
            cluster_.core(i).circuits().extend_only(
                [this](const routing::Descriptor& to) { return friends_.contains(to.id); });
        }
    }
    routing::Task<void> build_many() {
        auto& runtime = client().links().runtime();
        for (std::size_t i = 0; i < kCircuits; ++i) {
            std::vector<routing::NodeId> none;
            auto built = co_await client().paths().build_client(std::move(none), runtime.now() + minutes(5));
            if (built) {
                ends_.push_back({(*built)->path().front()->id, (*built)->endpoint().id});
                (*built)->close();
            }
            co_await routing::sleep_for(runtime, seconds(20));
        }
    }

    SimWorld world_;
    Cluster cluster_;
    routing::NodeId guard_;
    std::set<routing::NodeId> friends_;
    std::vector<Ends> ends_;
};

}  // namespace

Verdict bias_paths(const Trial& trial) { return PathBiaser(trial).run(); }

}  // namespace catacomb::sim
