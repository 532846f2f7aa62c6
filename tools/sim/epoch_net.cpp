#include "tools/sim/epoch_net.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/oracles/integrity.hpp"

namespace catacomb::sim {
namespace {

using routing::IdentityKind;

constexpr auto kTick = seconds(1);
constexpr auto kSettleLimit = minutes(5);
constexpr auto kDownFor = seconds(20);
constexpr auto kInsertLimit = minutes(10);
constexpr std::size_t kBiggestBits = 20;  // files of up to 1 MiB, small ones as likely as large ones
constexpr std::size_t kTriesOfARead = 3;  // by others, when a node dies over it

// Ids that hold what is renewed: others in each epoch, and the same at each start within one.
void found_anew(std::uint64_t seed, std::size_t index, Time now, node::NodeOptions& options) {
    const auto epoch = now.time_since_epoch() / options.network.pow_epoch;
    auto rng = crypto::SeededRng(seed).split(concat("anew/", index, "/", epoch));
    const auto again = [&](IdentityKind kind, const crypto::VerifyKey& key) {
        return make_proofs(kind, key, options.network, now, *rng).value();
    };
    auto& relay = *options.relay;
    relay.proofs = again(IdentityKind::relay, relay.key.public_key);
    relay.onion_seed = {relay.proofs.epoch, relay.onion_seed.expose().clone()};
    auto& vault = options.vault->identity;
    vault.proofs = again(IdentityKind::vault, vault.key);
}

class EpochNet {
public:
    explicit EpochNet(const EpochNetOptions& options)
        : options_(options), world_(options.seed), cluster_(world_, shape()) {}

    EpochNetOutcome run();

private:
    struct File {
        Bytes content;
        std::string key;
        Time read_at{};
        std::size_t tries = 0;
        std::optional<FileJob> read;
    };
    using Blocks = std::vector<storage::BlockId>;

    ClusterOptions shape();
    void insert_files();
    void plan_restarts();
    void tick();
    void restart();
    void advance(File& file);
    void judge(File& file);
    void look_at_all();
    void look_at_ids(std::size_t node);
    Blocks blocks_of(std::size_t node);
    std::uint32_t tickets_of(std::size_t node) const;
    std::optional<std::size_t> a_ready_node();
    Time at_random_within(Duration length);
    void violated(const std::string& words);
    template <class... Parts>
    void say(const Parts&... parts) {
        if (options_.say) options_.say(concat(in_seconds(world_.now() - began_), " s: ", parts...));
    }

    const EpochNetOptions& options_;
    SimWorld world_;
    Cluster cluster_;
    std::vector<File> files_;
    std::vector<routing::NodeId> relay_ids_;
    std::vector<routing::VaultId> vault_ids_;
    std::vector<Blocks> blocks_;
    std::vector<std::uint32_t> first_tickets_;
    std::multimap<Time, std::size_t> to_crash_, to_start_;
    Time began_{};
    EpochNetOutcome out_;
};

ClusterOptions EpochNet::shape() {
    ClusterOptions out;
    out.relays = options_.relays;
    out.network.pow_epoch = options_.epoch;
    if (options_.ids_hold_tickets) {
        out.at_start = [this](std::size_t index, node::NodeOptions& options) {
            found_anew(options_.seed, index, world_.now(), options);
        };
    }
    return out;
}

EpochNetOutcome EpochNet::run() {
    began_ = world_.now();
    if (!cluster_.settle(kSettleLimit)) violated("the network was not ready in time");
    insert_files();
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        relay_ids_.push_back(cluster_.core(i).ring()->table().id());
        vault_ids_.push_back(cluster_.core(i).vault()->id());
        blocks_.push_back(blocks_of(i));
        first_tickets_.push_back(tickets_of(i));
    }
    say("the files are in");
    plan_restarts();
    const auto end = world_.now() + options_.epoch * static_cast<int>(options_.epochs) + kDownFor;
    // The first violation is enough.
    while (out_.violations.empty() && (world_.now() < end || !to_start_.empty())) tick();
    if (out_.violations.empty()) look_at_all();
    for (std::size_t i = 0; i < cluster_.size(); ++i) out_.renewed += tickets_of(i) - first_tickets_[i];
    cluster_.close();
    out_.events = world_.events();
    out_.trace = world_.trace_hash();
    return std::move(out_);
}

void EpochNet::insert_files() {
    for (std::size_t i = 0; i < options_.files; ++i) {
        File file;
        file.content.resize(world_.rng().below(std::uint64_t{1} << world_.rng().below(kBiggestBits + 1)));
        world_.rng().fill(file.content);
        const auto node = world_.rng().below(cluster_.size());
        const auto report = cluster_.insert(node, file.content, {}, kInsertLimit);
        if (!report) {
            violated("an insert failed: " + report.error().text());
            continue;
        }
        ++out_.inserted;
        file.key = report->key;
        file.read_at = at_random_within(options_.read_every);
        files_.push_back(std::move(file));
    }
}

// Each node once in each epoch, at a time of its own.
void EpochNet::plan_restarts() {
    for (std::size_t epoch = 0; epoch < options_.epochs; ++epoch) {
        const auto begin = options_.epoch * static_cast<int>(epoch);
        for (std::size_t i = 0; i < cluster_.size(); ++i)
            to_crash_.emplace(at_random_within(options_.epoch - 2 * kDownFor) + begin, i);
    }
}

void EpochNet::tick() {
    restart();
    for (auto& file : files_) advance(file);
    world_.run_for(kTick);
}

void EpochNet::restart() {
    const auto now = world_.now();
    while (!to_start_.empty() && to_start_.begin()->first <= now) {
        const auto node = to_start_.begin()->second;
        to_start_.erase(to_start_.begin());
        cluster_.start(node);
        ++out_.restarts;
        look_at_ids(node);
    }
    while (!to_crash_.empty() && to_crash_.begin()->first <= now) {
        const auto node = to_crash_.begin()->second;
        to_crash_.erase(to_crash_.begin());
        say("node ", node, " restarts");
        cluster_.crash(node);
        to_start_.emplace(now + kDownFor, node);
    }
}

void EpochNet::advance(File& file) {
    if (!file.read && file.read_at <= world_.now()) {
        if (const auto node = a_ready_node()) file.read = FileJob::get(cluster_, *node, file.key);
    }
    if (file.read && file.read->is_over()) judge(file);
}

// A node that dies over a read has told nothing about the file.
void EpochNet::judge(File& file) {
    const auto job = *std::exchange(file.read, std::nullopt);
    if (job.node_died() && ++file.tries < kTriesOfARead) return;
    file.tries = 0;
    file.read_at = world_.now() + options_.read_every;
    const auto outcome = job.outcome();
    const auto wrong = integrity_violation(file.content, job.delivered(), outcome.has_value());
    if (!wrong.empty()) violated(wrong);
    if (outcome && wrong.empty()) {
        ++out_.reads;
        return;
    }
    ++out_.unreadable;
    say("a file could not be read: ", outcome ? wrong : outcome.error().text());
}

void EpochNet::look_at_all() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        look_at_ids(i);
        if (blocks_of(i) != blocks_[i]) violated(concat(cluster_.name(i), " has other blocks than before"));
    }
}

void EpochNet::look_at_ids(std::size_t node) {
    auto& core = cluster_.core(node);
    if (core.ring()->table().id() != relay_ids_[node]) violated(cluster_.name(node) + " has another NodeId");
    if (core.vault()->id() != vault_ids_[node]) violated(cluster_.name(node) + " has another vault id");
}

EpochNet::Blocks EpochNet::blocks_of(std::size_t node) {
    return cluster_.store(node).list({}, std::size_t{1} << 20).value();
}

// Epochs of both tickets together: it grows by one with each that is renewed.
std::uint32_t EpochNet::tickets_of(std::size_t node) const {
    const auto& kept = cluster_.identity(node);
    return kept.relay->proofs.epoch + kept.vault->identity.proofs.epoch;
}

std::optional<std::size_t> EpochNet::a_ready_node() {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < cluster_.size(); ++i)
        if (cluster_.is_up(i) && cluster_.core(i).is_ready()) ready.push_back(i);
    if (ready.empty()) return std::nullopt;
    return world_.rng().pick(ready);
}

Time EpochNet::at_random_within(Duration length) {
    const auto wait = world_.rng().below(static_cast<std::uint64_t>(length.count()));
    return world_.now() + Duration(static_cast<Duration::rep>(wait));
}

void EpochNet::violated(const std::string& words) {
    say("VIOLATED: ", words);
    out_.violations.push_back(words);
}

}  // namespace

EpochNetOutcome run_epoch_net(const EpochNetOptions& options) {
    EpochNet network(options);
    return network.run();
}

}  // namespace catacomb::sim
