#include "tools/sim/cluster.hpp"

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/jobs.hpp"

namespace catacomb::sim {

using routing::IdentityKind;

namespace {

constexpr std::uint16_t kPort = 4000;
constexpr std::size_t kBootstrapRelays = 3;

Endpoint address_of(std::size_t index) {
    // Each in a /16 of its own, as on a testnet.
    return Endpoint::v4(0x0a000001u + (static_cast<std::uint32_t>(index + 1) << 16), kPort);
}

}  // namespace

routing::Task<Result<Bytes>> MemorySource::read(std::size_t at_most) {
    const auto part = ByteView(file_).subspan(at_, std::min(at_most, file_.size() - at_));
    at_ += part.size();
    co_return to_bytes(part);
}

routing::Task<Result<>> MemorySink::begin(const node::GetReport& file_report) {
    report = file_report;
    co_return ok();
}
routing::Task<Result<>> MemorySink::write(Bytes chunk) {
    append(file, chunk);
    co_return ok();
}
routing::Task<Result<>> MemorySink::end() {
    ended = true;
    co_return ok();
}

Cluster::Cluster(SimWorld& world, ClusterOptions options)
    : world_(world), options_(std::move(options)), network_(options_.network.with_id()) {
    const auto count = options_.relays + options_.vault_only + options_.clients;
    for (std::size_t i = 0; i < count; ++i) nodes_.push_back(make_node(i));
    for (std::size_t i = 0; i < count; ++i) start(i);
}

Cluster::~Cluster() { close(); }

// Identities come from the world's seed and the node's name: the same at every start of the node.
std::unique_ptr<Cluster::Node> Cluster::make_node(std::size_t index) {
    auto out = std::make_unique<Node>();
    const bool relay = index < options_.relays;
    const bool vault = relay ? options_.vault_on_relays : index < options_.relays + options_.vault_only;
    out->name = concat(relay ? "relay-" : vault ? "vault-" : "client-", index);
    out->address = address_of(index);
    crypto::SeededRng seed(world_.seed());
    auto rng = seed.split("identity/" + out->name);
    auto& options = out->options;
    options.network = network_;
    for (std::size_t i = 0; i < std::min(kBootstrapRelays, options_.relays); ++i) {
        if (i != index) options.bootstrap.push_back(address_of(i));
    }
    rng->fill(options.convergence_secret.expose_mutable());
    options.spool_directory = "/tmp";
    options.client_hops = options_.client_hops;
    options.vault_hops = options_.vault_hops;
    if (relay) {
        auto key = crypto::SignKeyPair::generate(*rng);
        const auto proofs = make_proofs(IdentityKind::relay, key.public_key, network_, world_.now(), *rng);
        auto link_key = crypto::AgreeKeyPair::generate(*rng);
        auto onion_seed = routing::OnionSeed::generate(proofs->epoch, *rng);
        options.relay.emplace(node::RelayOptions{std::move(key),
                                                 *proofs,
                                                 std::move(link_key),
                                                 std::move(onion_seed),
                                                 out->address,
                                                 {},
                                                 4,
                                                 0,
                                                 crypto::CipherSuite::chacha20_poly1305});
    }
    if (vault) {
        out->store = std::make_unique<storage::MemoryBlockStore>(options_.quota);
        auto key = crypto::SignKeyPair::generate(*rng);
        const auto proofs = make_proofs(IdentityKind::vault, key.public_key, network_, world_.now(), *rng);
        const node::VaultIdentity identity{key.public_key, *proofs};
        options.vault.emplace(node::VaultOptions{std::move(key), identity, out->store.get(), 4});
    }
    if (options_.adjust) options_.adjust(index, options);
    return out;
}

node::NodeOptions Cluster::options_for(const Node& from) const {
    node::NodeOptions out;
    out.network = from.options.network;
    out.bootstrap = from.options.bootstrap;
    out.convergence_secret = from.options.convergence_secret.clone();
    out.spool_directory = from.options.spool_directory;
    out.spool_limit = from.options.spool_limit;
    out.jobs = from.options.jobs;
    out.client_hops = from.options.client_hops;
    out.vault_hops = from.options.vault_hops;
    out.link_limits = from.options.link_limits;
    out.circuit_limits = from.options.circuit_limits;
    out.registry_limits = from.options.registry_limits;
    out.guards = from.options.guards;
    out.known_relays = from.options.known_relays;
    out.known_proofs = from.options.known_proofs;
    out.warnings = from.options.warnings;
    if (const auto& relay = from.options.relay) {
        out.relay.emplace(node::RelayOptions{relay->key.clone(), relay->proofs, relay->link_key.clone(),
                                             relay->onion_seed.clone(), relay->listen, relay->advertise,
                                             relay->capacity_class, from.starts, relay->circuit_cipher});
    }
    if (const auto& vault = from.options.vault) {
        out.vault.emplace(
            node::VaultOptions{vault->key.clone(), vault->identity, vault->store, vault->capacity_class});
    }
    return out;
}

void Cluster::start(std::size_t index) {
    auto& node = *nodes_[index];
    CHECK(!node.core);
    ++node.starts;
    node.runtime = &world_.start(concat(node.name, "/", node.starts), node.address);
    if (const auto wrong = options_.clocks.find(index); wrong != options_.clocks.end())
        node.runtime->set_clock_ahead(wrong->second);
    if (options_.tap) node.runtime->set_tap(options_.tap(node.name));
    auto options = options_for(node);
    if (options_.at_start) options_.at_start(index, options);
    options.on_ticket = [&node](IdentityKind kind, const routing::IdentityProofs& proofs) {
        auto& kept = node.options;
        (kind == IdentityKind::relay ? kept.relay->proofs : kept.vault->identity.proofs) = proofs;
    };
    node.core = std::make_unique<node::NodeCore>(*node.runtime, std::move(options));
    const auto started = node.core->start();
    CHECK(started.has_value());
}

void Cluster::crash(std::size_t index) {
    auto& node = *nodes_[index];
    world_.crash(*node.runtime);
    node.options.guards = node.core->paths().guard_state().saved();
    node.options.known_relays = node.core->known_relays(node.options.known_relays);
    node.options.known_proofs = node.core->proofs().known().held();
    if (node.store) node.store->crash();
    bury(std::move(node.core), *node.runtime);
}

// The dead node's tasks still have to unwind before its objects may go.
void Cluster::bury(std::unique_ptr<node::NodeCore> core, SimRuntime& runtime) {
    auto closed = std::make_shared<bool>(false);
    boost::asio::co_spawn(runtime.executor(), core->close(), [closed](std::exception_ptr failure) {
        CHECK(!failure);
        *closed = true;
    });
    dying_.push_back({std::move(core), closed});
    clear_graves();
}

void Cluster::clear_graves() {
    std::erase_if(dying_, [](const Dying& one) { return *one.closed; });
}

void Cluster::close() {
    for (auto& node : nodes_) {
        if (!node->core) continue;
        node->runtime->close();
        bury(std::move(node->core), *node->runtime);
    }
    const auto gone = [this] {
        clear_graves();
        return dying_.empty();
    };
    CHECK(world_.run_until(gone, minutes(10)));
}

bool Cluster::settle(Duration limit) {
    const auto ready = [this] {
        for (const auto& node : nodes_) {
            if (node->core && !node->core->is_ready()) return false;
            if (node->core && node->core->view().size() < options_.relays) return false;
        }
        return true;
    };
    // Asked now and then only: it walks all nodes.
    const auto until = world_.now() + limit;
    while (world_.now() < until) {
        if (ready()) return true;
        world_.run_for(milliseconds(100));
    }
    return ready();
}

Result<node::JobStatus> Cluster::wait_for(const FileJob& job, Duration limit) {
    if (!world_.run_until([&] { return job.is_over(); }, limit))
        return error(Code::timed_out, "the job did not end in virtual time");
    return job.outcome();
}

Result<node::InsertReport> Cluster::insert(std::size_t index, ByteView file, std::string name,
                                           Duration limit) {
    auto status = wait_for(FileJob::insert(*this, index, file, std::move(name)), limit);
    if (!status) return status.error();
    return *status->insert;
}

Result<Bytes> Cluster::get(std::size_t index, const std::string& key, Duration limit) {
    const auto job = FileJob::get(*this, index, key);
    auto status = wait_for(job, limit);
    if (!status) return status.error();
    return job.delivered();
}

Result<node::CheckReport> Cluster::check(std::size_t index, const std::string& key, Duration limit) {
    auto status = wait_for(FileJob::check(*this, index, key), limit);
    if (!status) return status.error();
    return *status->check;
}

Result<node::RenewReport> Cluster::renew(std::size_t index, const std::string& key,
                                         node::RenewOptions options, Duration limit) {
    auto status = wait_for(FileJob::renew(*this, index, key, options), limit);
    if (!status) return status.error();
    return *status->renew;
}

}  // namespace catacomb::sim
