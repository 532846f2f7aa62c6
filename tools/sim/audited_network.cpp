#include "tools/sim/audited_network.hpp"

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "routing/rendezvous/placement.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kPlaintextSample = 16;
constexpr std::size_t kPlaintextSamples = 32;

Bytes front(ByteView secret) { return to_bytes(secret.first(Needles::kShortest)); }

// As it stands in messages, and as a person would print it.
std::vector<Bytes> forms(ByteView secret) { return {front(secret), front(view(to_hex(secret)))}; }

std::vector<Bytes> forms(const Endpoint& address) {
    const auto with_port = address.text();
    const auto host = with_port.substr(0, with_port.rfind(':'));
    return {to_bytes(ByteView(address.address).last(Needles::kShortest)), to_bytes(host)};
}

storage::InsertParameters parameters_of(const node::NodeOptions& owner, ByteView file,
                                        const std::string& name) {
    storage::InsertParameters out;
    out.convergence_secret = owner.convergence_secret.clone();
    out.file_hash = crypto::content_hash(file);
    out.size = file.size();
    out.name = name;
    return out;
}

// As its owner is going to do it: the same segments come out.
template <class Each>
storage::ReadKey disperse(const node::NodeOptions& owner, ByteView file, const std::string& name, Each each) {
    auto disperser = storage::FileDisperser::create(parameters_of(owner, file, name)).value();
    for (std::size_t at = 0;;) {
        at += disperser.feed(file.subspan(at)).value();
        auto segment = disperser.next().value();
        if (!segment && at == file.size()) return disperser.finish().value();
        if (segment) each(*segment);
    }
}

}  // namespace

AuditedNetwork::AuditedNetwork(AuditOptions options)
    : options_(std::move(options)), world_(options_.seed), cluster_(world_, cluster_options()) {
    set_log_sink(LogLevel::debug, [this](LogLevel, std::string_view room, const std::string& message) {
        audit_.log_line(concat(room, ": ", message));
    });
    for (std::size_t i = 0; i < cluster_.size(); ++i) plant_node(i);
}

AuditedNetwork::~AuditedNetwork() { set_log_sink(LogLevel::error, nullptr); }

ClusterOptions AuditedNetwork::cluster_options() {
    ClusterOptions out;
    out.relays = options_.relays;
    out.vault_only = options_.vault_only;
    out.clients = options_.clients;
    out.client_hops = options_.client_hops;
    out.vault_hops = options_.vault_hops;
    out.tap = [this](const std::string& name) {
        auto* tap = audit_.tap(name);
        return options_.between ? options_.between(name, *tap) : tap;
    };
    return out;
}

// A relay's address, id and keys are public; what it is as a client shows in its own circuits, of which the
// audit hears by itself.
void AuditedNetwork::plant_node(std::size_t node) {
    const auto& name = cluster_.name(node);
    const auto& identity = cluster_.identity(node);
    if (!identity.relay) {
        audit_.plant({Fact::Kind::person, name, "address"}, forms(cluster_.address(node)));
        audit_.plant({Fact::Kind::person, name, "link key"}, forms(cluster_.core(node).links().link_key()));
    }
    if (identity.vault) {
        const auto& vault = identity.vault->identity;
        audit_.plant({Fact::Kind::vault, name, "vault's key"}, forms(vault.key));
        audit_.plant({Fact::Kind::vault, name, "vault's id"}, forms(vault.id()));
    }
}

void AuditedNetwork::plant_file(std::size_t node, ByteView file, const std::string& name) {
    const auto& owner = cluster_.name(node);
    const auto parameters = parameters_of(cluster_.identity(node), file, name);
    plant_content(owner, parameters, file);
    const auto each = [&](const storage::NewSegment& segment) { plant_segment(owner, name, segment); };
    const auto key = disperse(cluster_.identity(node), file, name, each);
    const auto words = key.encode();
    const auto weaker = key.weaken().encode();
    audit_.plant({Fact::Kind::content, owner, "key of " + name},
                 {front(key.read.expose()), to_bytes(words.substr(words.size() - 16)),
                  to_bytes(weaker.substr(weaker.size() - 16))});
}

storage::Root AuditedNetwork::root_of(std::size_t node, ByteView file, const std::string& name) const {
    return disperse(cluster_.identity(node), file, name, [](const auto&) {}).top.root;
}

void AuditedNetwork::plant_segment(const std::string& owner, const std::string& name,
                                   const storage::NewSegment& segment) {
    const auto& root = segment.blocks.root();
    const auto which = concat(" of segment ", segment.level, "/", segment.index, " of ", name);
    audit_.plant({Fact::Kind::block, owner, "root" + which}, forms(root));
    for (unsigned i = 0; i < segment.blocks.profile().n; ++i) {
        const auto position = routing::block_position(root, static_cast<std::uint8_t>(i));
        audit_.plant({Fact::Kind::block, owner, concat("position ", i, which)}, forms(position));
    }
}

void AuditedNetwork::plant_content(const std::string& owner, const storage::InsertParameters& file,
                                   ByteView bytes) {
    const auto keys = storage::FileKeys::derive(file.convergence_secret, file.file_hash);
    audit_.plant({Fact::Kind::content, owner, "file key of " + file.name}, {front(keys.file.expose())});
    audit_.plant({Fact::Kind::content, owner, "verify key of " + file.name}, {front(keys.verify.expose())});
    audit_.plant({Fact::Kind::content, owner, "content hash of " + file.name}, forms(file.file_hash));
    std::vector<Bytes> samples{to_bytes(file.name)};
    if (bytes.size() >= kPlaintextSample) {
        const auto last = bytes.size() - kPlaintextSample;
        for (std::size_t i = 0; i <= kPlaintextSamples; ++i)
            samples.push_back(to_bytes(bytes.subspan(last * i / kPlaintextSamples, kPlaintextSample)));
    }
    audit_.plant({Fact::Kind::content, owner, "plaintext of " + file.name}, samples);
}

Result<std::string> AuditedNetwork::insert(std::size_t node, ByteView file, const std::string& name) {
    plant_file(node, file, name);
    auto report = cluster_.insert(node, file, name);
    if (!report) return report.error();
    return report->key;
}

void AuditedNetwork::read_stores() {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        if (!cluster_.identity(i).vault) continue;
        auto& store = cluster_.store(i);
        std::uint64_t number = 0;
        const auto ids = store.list({}, SIZE_MAX).value();
        for (const auto& id : ids) {
            const routing::Handle stored{routing::Handle::Kind::job, ++number};
            audit_.tap(cluster_.name(i))->saw(stored, id.root);
            audit_.tap(cluster_.name(i))->saw(stored, store.get(id).value());
        }
    }
}

std::vector<std::string> AuditedNetwork::violations() {
    read_stores();
    return audit_.violations();
}

// ---- the standing proof

namespace {

Bytes random_file(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

}  // namespace

AuditOutcome run_audit(std::uint64_t seed) {
    AuditOutcome out;
    AuditOptions options;
    options.seed = seed;
    AuditedNetwork network(options);
    if (!network.settle()) {
        out.failure = "the network did not become ready";
        return out;
    }
    const auto rng = crypto::SeededRng(seed).split("audit");
    const std::size_t client = network.first_client(), owner = network.first_vault_only();
    const std::size_t relay = rng->below(options.relays);
    struct Step {
        std::size_t from, to, size;
    };
    const Step steps[] = {{client, client + 1, 1 + rng->below(4000)},
                          {client + 2, relay, 20'000 + rng->below(200'000)},
                          {owner, client + 3, 1 + rng->below(60'000)},
                          {relay, owner + 1, 1 + rng->below(60'000)},
                          {client + 4, client, seed % 4 == 0 ? storage::kFullSegment + 50'000 : 5000}};
    for (const auto& step : steps) {
        const auto file = random_file(*rng, step.size);
        const auto name = concat("the-secret-name-", out.inserts, ".txt");
        auto key = network.insert(step.from, file, name);
        if (!key) {
            out.failure = "insert: " + key.error().text();
            break;
        }
        ++out.inserts;
        auto back = network.get(step.to, *key);
        if (!back || *back != file) {
            out.failure = back ? "another file came back" : "get: " + back.error().text();
            break;
        }
        ++out.gets;
    }
    out.violations = network.violations();
    out.counters = network.audit().counters();
    out.facts = network.audit().facts();
    if (out.counters.plaintexts == 0 || out.counters.sightings == 0) out.failure = "the audit heard nothing";
    return out;
}

}  // namespace catacomb::sim
