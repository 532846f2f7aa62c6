#include "node/node.hpp"

#include "base/log.hpp"
#include "node/proof_file.hpp"
#include "node/runtime/tcp.hpp"

namespace catacomb::node {
namespace {
constexpr auto kSavePeriod = minutes(5);
constexpr auto kWithoutBbr =
    "the kernel does not offer BBR: transfers over lossy paths are slow (docs/operations.md, Congestion "
    "control)";
}  // namespace

routing::NetworkParameters network_of(const Config& config) {
    // Where loopback may be dialled, it is a testnet: many relays share a prefix there.
    auto out = config.network.allow_special_addresses
                   ? routing::NetworkParameters::testnet(config.network.name)
                   : routing::NetworkParameters{};
    out.name = config.network.name;
    // An epoch of an identity's life costs what the identity did: were it cheaper, whoever has founded many
    // once would keep them for less.
    out.pow = out.ticket = config.network.pow;
    out.refuse_below_relays = config.network.refuse_below_relays;
    return out.with_id();
}

Node::Node(const Config& config, AsioRuntime& runtime, std::size_t client_hops)
    : config_(config),
      runtime_(runtime),
      client_hops_(client_hops),
      network_(network_of(config)),
      tasks_(runtime) {}

Result<> Node::start() {
    const Roles roles{config_.is_relay(), config_.hosts_vault()};
    if (!config_.identity.passphrase_file.empty()) {
        auto seal = FileSeal::from_file(config_.identity.passphrase_file);
        if (!seal) return seal.error();
        seal_.emplace(std::move(*seal));
    }
    auto identity = open_identity(config_.data_dir, network_, runtime_.now(), runtime_.rng(), roles,
                                  seal_ ? &*seal_ : nullptr);
    if (!identity) return identity.error();
    identity_.emplace(std::move(*identity));
    known_relays_ = load_known_relays(config_.data_dir);
    auto opened = options();
    if (config_.hosts_vault()) {
        if (auto vault = open_vault(opened); !vault) return vault;
    }
    core_.emplace(runtime_, std::move(opened));
    if (auto started = core_->start(); !started) return started;
    tasks_.spawn(save_whom_we_know());
    return ok();
}

NodeOptions Node::options() {
    NodeOptions out;
    out.network = network_;
    out.bootstrap = config_.bootstrap;
    out.convergence_secret = identity_->convergence_secret.clone();
    out.spool_directory = config_.data_dir.string();
    out.guards = identity_->guards;
    out.known_relays = known_relays_;
    out.known_proofs = load_proof_names(config_.data_dir, network_.id);
    out.jobs = config_.limits.jobs;
    out.spool_limit = config_.limits.spool.bytes;
    out.client_hops = client_hops_;
    out.link_limits.links = config_.limits.links;
    out.link_limits.links_per_address = config_.limits.links_per_address;
    out.link_limits.links_per_prefix = config_.limits.links_per_prefix;
    out.link_limits.handshakes_per_second = config_.limits.handshakes_per_second;
    out.link_limits.circuits = config_.limits.circuits_per_link;
    out.link_limits.creates_per_second = config_.limits.creates_per_second;
    out.link_limits.transit_bytes = config_.limits.transit_memory.bytes;
    out.link_limits.request_bytes = config_.limits.request_memory.bytes;
    out.circuit_limits.relayed_circuits = config_.limits.circuits;
    out.registry_limits.bytes = config_.limits.registry_memory.bytes;
    if (!offers_congestion_control()) {
        log_warning("tcp", kWithoutBbr);
        out.warnings.emplace_back(kWithoutBbr);
    }
    out.on_ticket = [this](auto kind, const auto& proofs) { keep_ticket(kind, proofs); };
    out.on_onion_seed = [this](const auto& seed) {
        identity_->onion_seed = seed.clone();
        save();
    };
    if (config_.is_relay() && config_.listen) {
        out.relay.emplace(RelayOptions{identity_->relay_key.clone(), identity_->relay_proofs,
                                       identity_->link_key.clone(), identity_->onion_seed.clone(),
                                       *config_.listen, config_.advertise, 4, identity_->incarnation,
                                       crypto::preferred_suite()});
    }
    return out;
}

Result<> Node::open_vault(NodeOptions& options) {
    storage::VaultStoreOptions store_options;
    store_options.quota = config_.vault.quota.bytes;
    auto store = storage::VaultStore::open((config_.data_dir / "vault").string(), store_options);
    if (!store) return store.error();
    store_ = std::move(*store);
    const VaultIdentity public_identity{identity_->vault_key.public_key, identity_->vault_proofs};
    options.vault.emplace(VaultOptions{identity_->vault_key.clone(), public_identity, store_.get(), 4});
    return ok();
}

Task<void> Node::save_whom_we_know() {
    for (;;) {
        const bool slept = co_await routing::sleep_for(runtime_, kSavePeriod);
        const auto& now = core_->paths().guard_state().saved();
        if (now != identity_->guards) {
            identity_->guards = now;
            save();
        }
        save_relays();
        co_await save_proofs();
        if (!slept) co_return;
    }
}

// Up to 2 MiB: not from the loop.
Task<void> Node::save_proofs() {
    const auto& known = core_->proofs().known();
    if (std::exchange(proofs_saved_, known.version()) == known.version()) co_return;
    std::function<Result<>()> work = [dir = config_.data_dir, names = known.held(), id = network_.id] {
        return save_proof_names(dir, names, id);
    };
    const auto saved = co_await routing::on_worker(runtime_, std::move(work));
    if (!saved) log_warning("node", saved.error().text());
}

// Of nobody to know nothing is learnt: what was kept before is better.
void Node::save_relays() {
    const auto now = core_->known_relays(known_relays_);
    if (now == known_relays_ || now.guards.empty()) return;
    known_relays_ = now;
    if (auto saved = save_known_relays(config_.data_dir, now); !saved)
        log_warning("node", saved.error().text());
}

void Node::keep_ticket(routing::IdentityKind kind, const routing::IdentityProofs& proofs) {
    (kind == routing::IdentityKind::relay ? identity_->relay_proofs : identity_->vault_proofs) = proofs;
    save();
}

void Node::save() {
    auto* seal = seal_ ? &*seal_ : nullptr;
    if (auto saved = save_identity(config_.data_dir, *identity_, runtime_.rng(), seal); !saved)
        log_warning("identity", saved.error().text());
}

Task<void> Node::close() {
    if (core_) co_await core_->close();
    co_await tasks_.drained();
}

}  // namespace catacomb::node
