// The censor: two vault identities that register wherever they are let, claim all blocks of a file whose root
// is known, and say nothing when they are asked for one. A relay that asks those who claim a block one after
// the other, in an order that they can choose, has no time left for who has it.
#include <deque>

#include "base/log.hpp"
#include "node/protocol/block_name.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/attackers/hostile_vault.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kCensors = 2, kVaults = 6;

class Censor {
public:
    explicit Censor(const Trial& trial) : world_(trial.seed), cluster_(world_, options(trial)) {
        CHECK(cluster_.settle(minutes(2)));
    }
    ~Censor() {
        vaults_.clear();
        cluster_.close();
    }

    Verdict run() {
        Bytes file(10'000);
        world_.rng().fill(file);
        const auto inserted = cluster_.insert(reader(), file);
        CHECK(inserted);
        const auto claims = claims_on_all();
        for (std::size_t i = 0; i < kCensors; ++i) register_everywhere(claims);
        const auto before = world_.now();
        const auto back = cluster_.get(reader(), inserted->key, minutes(15));
        const auto took = std::chrono::duration_cast<std::chrono::seconds>(world_.now() - before).count();
        std::size_t asked = 0;
        for (const auto& vault : vaults_) asked += vault.asked();
        return {!back || *back != file,
                concat("a get ", back ? "succeeded" : "failed", " after ", took, " s; ", kCensors,
                       " censors, registered ", registrations(), " times, were asked ", asked, " times")};
    }

private:
    static ClusterOptions options(const Trial& trial) {
        ClusterOptions out;
        out.relays = trial.relays;
        out.vault_only = kVaults;
        out.clients = 2;
        out.vault_on_relays = false;
        return out;
    }
    std::size_t reader() const { return cluster_.relays() + kVaults; }
    std::vector<routing::PositionPrefix> claims_on_all() {
        std::vector<routing::PositionPrefix> out;
        for (std::size_t i = 0; i < cluster_.size(); ++i) {
            if (!cluster_.hosts_vault(i)) continue;
            const auto ids = cluster_.store(i).list(std::nullopt, 4096);
            for (const auto& id : ids.value()) out.push_back(node::prefix_of(id));
        }
        return out;
    }
    // First in the order of ids.
    VaultKey first_key() {
        return make_vault_key_where(cluster_, [](const auto& vault) { return vault.bytes[0] == 0; });
    }
    void register_everywhere(const std::vector<routing::PositionPrefix>& claims) {
        keys_.push_back(first_key());
        auto& vault = vaults_.emplace_back(cluster_, reader() + 1, keys_.back());
        for (const auto& relay : cluster_.core(reader() + 1).view().all()) vault.register_at(relay);
        world_.run_for(seconds(30));
        vault.claim(claims);
        world_.run_for(seconds(10));
    }
    std::size_t registrations() const {
        std::size_t out = 0;
        for (const auto& vault : vaults_) out += vault.registrations();
        return out;
    }

    SimWorld world_;
    Cluster cluster_;
    std::deque<VaultKey> keys_;
    std::deque<HostileVault> vaults_;
};

}  // namespace

Verdict censor_file(const Trial& trial) { return Censor(trial).run(); }

}  // namespace catacomb::sim
