// The proof forger: a host that comes again and again, each time as another relay whose proofs of work look
// right and do not hold; or one honest relay that pushes descriptors of such in gossip. To make them costs
// hashes, to refute one costs the victim an Argon2id.
#include <list>

#include "base/log.hpp"
#include "routing/link/link_rpc.hpp"
#include "routing/membership/reconcile.hpp"
#include "routing/proofs/minting.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr Duration kSiege = seconds(30);
constexpr std::size_t kAtOnce = 8;  // connections: less than one address may have

// Comes once, and shows a descriptor whose proofs are honest or false.
class Pretender {
public:
    Pretender(Cluster& cluster, SimRuntime& runtime, const Endpoint& home, std::size_t number, bool honest)
        : cluster_(cluster),
          runtime_(runtime),
          rng_(runtime.rng().split(concat("visitor/", number))),
          proofs_(runtime),
          links_(runtime, proofs_, config(home, honest)),
          tasks_(runtime) {}

    void visit(const Endpoint& victim) { tasks_.spawn(introduce(victim)); }
    // Of a relay that does not exist. Requires: it has met the victim.
    void push_news(const Endpoint& home) { tasks_.spawn(push(home)); }
    bool is_over() const { return tasks_.count() == 0; }
    const routing::NodeId& id() const { return shown_->id; }

private:
    routing::LinksConfig config(const Endpoint& home, bool honest) {
        auto link_key = crypto::AgreeKeyPair::generate(*rng_);
        shown_ = descriptor(home, link_key.public_key, honest);
        return {cluster_.network(), std::move(link_key), [this] { return shown_->encoded; }, {}};
    }
    routing::DescriptorPtr descriptor(const Endpoint& home, const crypto::AgreePublic& link_key,
                                      bool honest) {
        const auto& network = cluster_.network();
        const auto key = crypto::SignKeyPair::generate(*rng_);
        routing::Descriptor fields;
        fields.proofs = honest ? routing::make_proofs(routing::IdentityKind::relay, key.public_key, network,
                                                      runtime_.now(), *rng_)
                                     .value()
                               : false_proofs(key.public_key);
        fields.link_key = link_key;
        fields.onion_key = crypto::AgreeKeyPair::generate(*rng_).public_key;
        fields.circuit_cipher = crypto::CipherSuite::chacha20_poly1305;
        fields.addresses = {home};
        fields.published = runtime_.now();
        fields.expires = runtime_.now() + hours(1);
        fields.incarnation = 1;
        return routing::sign_descriptor(std::move(fields), key, network).value();
    }
    routing::IdentityProofs false_proofs(const crypto::VerifyKey& key) {
        const auto& network = cluster_.network();
        for (;;) {
            routing::IdentityProofs out{rng_->opaque<crypto::Pow>(), rng_->opaque<crypto::Pow>(), 0};
            const auto id = routing::node_id(key, out.founding);
            out.epoch = network.epoch_of(id, runtime_.now());
            const auto claims = routing::claims_of(key, id, out, network);
            if (claims[0].plausible() && claims[1].plausible()) return out;
        }
    }
    routing::Task<void> push(Endpoint home) {
        if (links_.count() == 0) co_return;
        routing::GossipRequest news;
        news.push.push_back(descriptor(home, shown_->link_key, false)->encoded);
        auto link = links_.all().front();
        auto body = routing::encode_gossip_request(news);
        const auto method = routing::Method::gossip;
        co_await rpc_.call_over(std::move(link), method, std::move(body), runtime_.now() + seconds(10));
    }
    routing::Task<void> introduce(Endpoint victim) {
        co_await links_.introduce(victim, runtime_.now() + seconds(10));
    }

    Cluster& cluster_;
    SimRuntime& runtime_;
    std::unique_ptr<Rng> rng_;
    routing::DescriptorPtr shown_;
    routing::ProofChecker proofs_;
    routing::Links links_;
    routing::LinkRpc rpc_{runtime_, links_};
    routing::TaskSet tasks_;
};

class ProofForger {
public:
    explicit ProofForger(const Trial& trial)
        : world_(trial.seed),
          cluster_(world_, options(trial)),
          host_(world_.start("forger", home_)),
          other_(world_.start("newcomer", elsewhere_)) {
        CHECK(cluster_.settle(minutes(2)));
    }
    ~ProofForger() {
        host_.close();
        other_.close();
        world_.run_for(seconds(1));
        cluster_.close();
    }

    Verdict run(bool by_gossip) {
        const auto& proofs = cluster_.core(0).proofs();
        const auto before = proofs.refuted();
        by_gossip ? push_news() : keep_coming();
        const auto refuted = proofs.refuted() - before;
        const auto brought = brought_;
        const auto newcomer = time_of_newcomer();
        const routing::ProofLimits limits;
        const auto allowed = limits.refuted.burst + kSiege / limits.refuted.interval + limits.at_once;
        return {refuted > allowed || newcomer > seconds(5),
                concat(brought, " false descriptors in ", in_seconds(kSiege), " s cost ", refuted,
                       " refutations, of which ", allowed, " are allowed; an honest newcomer waited ",
                       in_seconds(newcomer), " s")};
    }

private:
    static ClusterOptions options(const Trial& trial) {
        ClusterOptions out;
        out.relays = trial.relays;
        return out;
    }
    Pretender& send(SimRuntime& from, const Endpoint& home, bool honest) {
        visitors_.push_back(std::make_unique<Pretender>(cluster_, from, home, ++brought_, honest));
        visitors_.back()->visit(cluster_.address(0));
        return *visitors_.back();
    }
    void keep_coming() {
        for (const auto end = world_.now() + kSiege; world_.now() < end; world_.run_for(milliseconds(20))) {
            std::erase_if(visitors_, [](const auto& one) { return one->is_over(); });
            while (visitors_.size() < kAtOnce) send(host_, home_, false);
        }
    }
    void push_news() {
        auto& relay = send(host_, home_, true);
        CHECK(world_.run_until([&] { return relay.is_over(); }, seconds(10)));
        for (const auto end = world_.now() + kSiege; world_.now() < end; world_.run_for(milliseconds(200))) {
            relay.push_news(home_);
            ++brought_;
        }
    }
    Duration time_of_newcomer() {
        const auto began = world_.now();
        const auto id = send(other_, elsewhere_, true).id();
        world_.run_until([&] { return cluster_.core(0).view().find(id) != nullptr; }, seconds(10));
        return world_.now() - began;
    }

    const Endpoint home_ = Endpoint::v4(0x0b000001, 4000), elsewhere_ = Endpoint::v4(0x0c000001, 4000);
    SimWorld world_;
    Cluster cluster_;
    SimRuntime& host_;
    SimRuntime& other_;
    std::list<std::unique_ptr<Pretender>> visitors_;
    std::size_t brought_ = 0;
};

}  // namespace

Verdict forge_proofs(const Trial& trial) { return ProofForger(trial).run(false); }
Verdict forge_news(const Trial& trial) { return ProofForger(trial).run(true); }

}  // namespace catacomb::sim
