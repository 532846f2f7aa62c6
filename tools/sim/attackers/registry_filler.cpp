// The registry filler: a few vault identities that claim more blocks at a relay than it can know of. A relay
// that takes claims as long as there is room, and then no more, knows nothing of the vaults that come after.
#include <algorithm>
#include <deque>

#include "base/log.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/attackers/hostile_vault.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kBudget = std::size_t{1} << 20;
constexpr std::size_t kFillers = 4, kClaimsOfEach = 40'000;  // 1.4 times the budget
constexpr std::size_t kHonestClaims = 5000;                  // a third of what is its share

class RegistryFiller {
public:
    explicit RegistryFiller(const Trial& trial) : world_(trial.seed), cluster_(world_, options(trial)) {
        CHECK(cluster_.settle(minutes(2)));
        target_ = cluster_.core(cluster_.relays()).view().find(cluster_.core(0).ring()->table().id());
        CHECK(target_);
    }
    ~RegistryFiller() {
        vaults_.clear();
        cluster_.close();
    }

    Verdict run() {
        std::vector<std::vector<routing::PositionPrefix>> lists;
        for (std::size_t i = 0; i < kFillers; ++i) lists.push_back(claim(register_one(), kClaimsOfEach));
        const auto honest = claim(register_one(), kHonestClaims);
        // What gave way is claimed again.
        for (std::size_t i = 0; i < kFillers; ++i) vaults_[i].claim(lists[i]);
        world_.run_for(seconds(30));
        const auto& registry = cluster_.core(0).rendezvous()->registry();
        const auto unknown = std::count_if(honest.begin(), honest.end(), [&](const auto prefix) {
            return registry.known(prefix) != routing::Known::yes;
        });
        const bool over = registry.bytes() > kBudget;
        return {unknown > 0 || over, concat("of an honest vault's ", honest.size(), " blocks ", unknown,
                                            " are unknown; ", registry.bytes(), " of ", kBudget, " bytes")};
    }

private:
    static ClusterOptions options(const Trial& trial) {
        ClusterOptions out;
        out.relays = trial.relays;
        out.clients = 1;
        out.vault_on_relays = false;
        out.adjust = [](std::size_t, node::NodeOptions& node) { node.registry_limits.bytes = kBudget; };
        return out;
    }
    HostileVault& register_one() {
        keys_.push_back(make_vault_key_on_arc(cluster_, target_->id));
        auto& vault = vaults_.emplace_back(cluster_, cluster_.relays(), keys_.back());
        vault.register_at(target_);
        CHECK(world_.run_until([&] { return vault.registrations() == 1; }, minutes(1)));
        return vault;
    }
    std::vector<routing::PositionPrefix> claim(HostileVault& vault, std::size_t count) {
        std::vector<routing::PositionPrefix> out(count);
        for (auto& prefix : out) prefix = world_.rng().u64();
        vault.claim(out);
        world_.run_for(seconds(30));
        return out;
    }

    SimWorld world_;
    Cluster cluster_;
    routing::DescriptorPtr target_;
    std::deque<VaultKey> keys_;
    std::deque<HostileVault> vaults_;
};

}  // namespace

Verdict fill_registry(const Trial& trial) { return RegistryFiller(trial).run(); }

}  // namespace catacomb::sim
