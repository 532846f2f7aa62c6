#include "node/core.hpp"

#include "base/defence.hpp"
#include "base/log.hpp"
#include "node/protocol/limits.hpp"

namespace catacomb::node {
namespace {

constexpr auto kHousePeriod = seconds(10), kLinksPeriod = seconds(2);
constexpr std::size_t kStreamsServed = 8192;  // at once, of all circuits that end here

routing::KnownProofs known_proofs(const NodeOptions& options) {
    routing::KnownProofs out;
    out.restore(options.known_proofs);
    return out;
}

std::optional<OnionKeys> make_onion_keys(NodeOptions& options,
                                         const std::optional<routing::OwnDescriptor>& own) {
    if (!own) return std::nullopt;
    return OnionKeys(*options.relay, options.network, own->id());
}

std::optional<routing::OwnDescriptor> make_own(const NodeOptions& options, Time now) {
    if (!options.relay) return std::nullopt;
    const auto* network = &options.network;
    const auto* relay = &*options.relay;
    auto sign = [network, relay](Time at) {
        routing::Descriptor fields;
        fields.proofs = relay->proofs;
        fields.link_key = relay->link_key.public_key;
        fields.onion_key = relay->onion_seed.key_of(relay->proofs.epoch).public_key;
        fields.circuit_cipher = relay->circuit_cipher;
        fields.addresses = relay->advertise;
        if (fields.addresses.empty()) fields.addresses.push_back(relay->listen);
        fields.capacity_class = relay->capacity_class;
        fields.published = at;
        fields.expires = at + network->descriptor_lifetime;
        fields.incarnation = relay->incarnation;
        return routing::sign_descriptor(std::move(fields), relay->key, *network);
    };
    return routing::OwnDescriptor(std::move(sign), now);
}

}  // namespace

routing::LinksConfig NodeCore::links_config() {
    auto fresh = runtime_.rng().split("client link key");
    return routing::LinksConfig{
        options_.network,
        options_.relay ? options_.relay->link_key.clone() : crypto::AgreeKeyPair::generate(*fresh),
        [this] { return own_ ? own_->current(runtime_.now())->encoded : Bytes{}; },
        options_.link_limits,
    };
}

std::optional<routing::RelayIdentity> NodeCore::relay_identity() const {
    if (!own_) return std::nullopt;
    return routing::RelayIdentity{own_->id(), onion_keys_->all(), options_.relay->circuit_cipher};
}

NodeCore::NodeCore(Runtime& runtime, NodeOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      own_(make_own(options_, runtime.now())),
      onion_keys_(make_onion_keys(options_, own_)),
      view_(options_.network),
      proofs_(runtime, known_proofs(options_)),
      links_(runtime, proofs_, links_config()),
      rpc_(runtime, links_),
      calls_(runtime, view_, rpc_),
      intake_(runtime, view_, proofs_),
      circuits_(runtime, links_, relay_identity(), options_.circuit_limits),
      paths_({runtime, view_, circuits_, own_ ? own_->id() : routing::NodeId{}, options_.client_hops,
              options_.vault_hops, [this] { return gossip_.settled(); }}),
      partners_(runtime, view_, links_, paths_),
      gossip_({runtime, view_, intake_, calls_, own_ ? &rpc_ : nullptr, own_ ? &*own_ : nullptr, links_,
               options_.bootstrap, options_.known_relays,
               own_ ? std::function<std::vector<routing::DescriptorPtr>()>()
                    : [this] { return partners_.now(); }}),
      pool_(runtime, paths_),
      client_(ClientParts{runtime, pool_, paths_, view_, proofs_, options_.convergence_secret.clone(),
                          options_.spool_directory, options_.jobs, options_.spool_limit},
              {[this] { return status(); }, [this] { return circuit_facts(); }}),
      tickets_(runtime, options_.network),
      tasks_(runtime) {
    paths_.guard_state().load(options_.guards);
    links_.on_descriptor([this](routing::DescriptorPtr relay) {
        // What a relay shows to a client in its own handshake it may show to nobody else.
        if (own_ || !stands(Defence::keys_are_witnessed)) view_.insert(relay, runtime_.now());
        view_.heard(relay->id, routing::Heard::answer, runtime_.now());
    });
    if (own_) make_relay_parts();
    if (!own_)
        opinion_.emplace(
            SecondOpinion::Parts{runtime, view_, intake_, paths_, [this] { return partners_.now(); }});
    if (options_.vault) {
        const auto& vault = *options_.vault;
        vault_.emplace(Vault::Parts{runtime, view_, paths_, options_.network, *vault.store, vault.key.clone(),
                                    vault.identity, vault.capacity_class});
    }
}

NodeCore::~NodeCore() {
    circuits_.close_all();
    links_.close_all();
}

NodeCore::RelayParts::RelayParts(NodeCore& node)
    : ring({node.runtime_, node.view_, node.intake_, node.gossip_, node.calls_, node.rpc_, *node.own_}),
      rendezvous({node.runtime_, node.view_, node.rpc_, node.proofs_, node.options_.network, node.own_->id(),
                  node.options_.registry_limits}),
      exit({node.runtime_, node.view_, ring, node.calls_, node.proofs_,
            node.options_.link_limits.transit_bytes}) {}

void NodeCore::make_relay_parts() {
    rpc_.set_self(own_->id());
    relay_.emplace(*this);
    circuits_.on_endpoint_stream(
        [this](std::shared_ptr<routing::RelayCircuit> circuit, CircuitStreamPtr stream) {
            if (tasks_.count() >= kStreamsServed) return;  // which resets it
            tasks_.spawn(serve_endpoint(std::move(circuit), std::move(stream)));
        });
}

Result<> NodeCore::start() {
    if (options_.relay) {
        if (auto listening = links_.listen(options_.relay->listen); !listening) return listening;
    }
    if (vault_) {
        if (auto started = vault_->start(); !started) return started;
    }
    gossip_.start();
    if (relay_) relay_->ring.start();
    pool_.start();
    if (opinion_) opinion_->start();
    keep_tickets();
    tasks_.spawn(keep_house());
    tasks_.spawn(watch_links());
    return ok();
}

void NodeCore::keep_tickets() {
    using routing::IdentityKind;
    if (own_) {
        tickets_.keep(own_->id(), options_.relay->proofs,
                      [this](const auto& proofs) { renew(IdentityKind::relay, proofs); });
    }
    if (vault_) {
        tickets_.keep(vault_->id(), options_.vault->identity.proofs,
                      [this](const auto& proofs) { renew(IdentityKind::vault, proofs); });
    }
}

void NodeCore::renew(routing::IdentityKind kind, const routing::IdentityProofs& proofs) {
    if (kind == routing::IdentityKind::relay) {
        options_.relay->proofs = proofs;
        own_->renew(runtime_.now());
        onion_keys_->renewed(runtime_.now());
        circuits_.set_onion_keys(onion_keys_->all());
    } else {
        options_.vault->identity.proofs = proofs;
        vault_->renew(proofs);
    }
    if (options_.on_ticket) options_.on_ticket(kind, proofs);
}

// Whoever starts work is waited for before those he starts it at.
Task<void> NodeCore::close() {
    CHECK(runtime_.closing());
    circuits_.close_all();
    links_.close_all();
    co_await client_.drained();
    co_await pool_.drained();
    if (opinion_) co_await opinion_->drained();
    if (vault_) co_await vault_->drained();
    co_await tickets_.drained();
    co_await tasks_.drained();
    co_await circuits_.drained();
    co_await rpc_.drained();
    if (relay_) co_await relay_->exit.drained();
    if (relay_) co_await relay_->rendezvous.drained();
    if (relay_) co_await relay_->ring.drained();
    co_await gossip_.drained();
    co_await links_.drained();
}

// The first message of a conversation says what it is about; whoever says nothing has wasted half a minute of
// one stream.
Task<void> NodeCore::serve_endpoint(std::shared_ptr<routing::RelayCircuit> circuit, CircuitStreamPtr stream) {
    auto bytes = co_await stream->receive(runtime_.now() + limits::kFirstMessage);
    if (!bytes) co_return;
    auto message = split_kind(std::move(*bytes));
    if (!message) co_return;
    auto body = std::move(message->body);
    switch (message->kind) {
        case Kind::exit_fetch:
        case Kind::exit_store:
        case Kind::exit_have:
        case Kind::exit_renew:
            co_await relay_->exit.serve(message->kind, circuit->number(), std::move(stream), std::move(body));
            break;
        case Kind::vault_register:
            co_await relay_->rendezvous.serve_registration(circuit, std::move(stream), std::move(body));
            break;
        case Kind::vault_ping: {
            auto pong = relay_->rendezvous.pong(circuit->number());
            co_await stream->send(std::move(pong), true);
            break;
        }
        case Kind::gossip:
            co_await serve_opinion(view_, std::move(stream), std::move(body));
            break;
        default: {
            auto answer = unsupported(message->kind);
            co_await stream->send(std::move(answer), true);
        }
    }
}

Task<void> NodeCore::watch_links() {
    for (;;) {
        const bool slept = co_await routing::sleep_for(runtime_, kLinksPeriod);
        if (!slept) co_return;
        links_.look_after(runtime_.now());
    }
}

Task<void> NodeCore::keep_house() {
    for (;;) {
        const bool slept = co_await routing::sleep_for(runtime_, kHousePeriod);
        if (!slept) co_return;
        if (!relay_) {
            partners_.close_needless_links();
            continue;
        }
        relay_->rendezvous.expire(runtime_.now());
        if (!onion_keys_->forget_old(runtime_.now())) continue;
        circuits_.set_onion_keys(onion_keys_->all());
        if (options_.on_onion_seed) options_.on_onion_seed(options_.relay->onion_seed);
    }
}

bool NodeCore::is_ready() const {
    if (relay_ && !relay_->ring.complete()) return false;
    if (!vault_) return paths_.has_guard() && paths_.learnt().agreed >= kClientHops + (own_ ? 1 : 0);
    const auto vault = vault_->status();
    return vault.wanted > 0 && vault.registrations == vault.wanted;
}

StatusFacts NodeCore::status() const {
    StatusFacts facts;
    facts.is_relay = relay_.has_value();
    facts.relays_known = view_.size();
    facts.relays_answering = view_.answering(runtime_.now());
    facts.clock = links_.clock().verdict();
    facts.warn_below = options_.network.warn_below_relays;
    facts.guards_left = paths_.guards_left();
    if (!paths_.has_guard()) facts.learning = Learning{paths_.learnt().agreed, paths_.learnt().known};
    if (relay_) {
        facts.ring_joined = relay_->ring.joined();
        facts.successors = relay_->ring.table().successors().size();
        facts.has_predecessor = relay_->ring.table().predecessor() != nullptr;
        facts.vaults_served = relay_->rendezvous.registry().present().size();
    }
    if (vault_) {
        const auto vault = vault_->status();
        facts.vault = VaultFacts{vault.registrations, vault.wanted,      vault.usage.blocks,
                                 vault.usage.bytes,   vault.usage.quota, vault.usage.disk_full};
    }
    facts.circuits_own = circuits_.own();
    facts.circuits_relayed = circuits_.relayed();
    facts.circuits_ready = pool_.ready();
    facts.links = links_.count();
    facts.build_time = paths_.typical_build_time();
    facts.jobs_running = client_.running();
    facts.of_machine = options_.warnings;
    facts.ready = is_ready();
    return facts;
}

routing::KnownRelays NodeCore::known_relays(const routing::KnownRelays& last) {
    auto live = view_.live(runtime_.now());
    if (own_) std::erase_if(live, [this](const auto& relay) { return relay->id == own_->id(); });
    return routing::know_again(last, paths_.guards(), live, runtime_.rng());
}

CircuitFacts NodeCore::circuit_facts() {
    CircuitFacts facts;
    for (const auto& guard : paths_.guards()) facts.guards.push_back(guard->addresses.front());
    for (const auto& circuit : circuits_.own_circuits()) {
        auto& path = facts.paths.emplace_back();
        for (const auto& relay : circuit->path()) path.push_back(relay->addresses.front());
    }
    return facts;
}

}  // namespace catacomb::node
