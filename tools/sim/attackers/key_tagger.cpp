// The key tagger: a relay that shows a newcomer, in its own handshake, a descriptor with an onion key that it
// gives to nobody else. Whoever comes to it by a circuit made with that key is that newcomer. The key is of
// the epoch before, so that it contradicts nothing that others have.
// The equivocator: a relay that shows two onion keys of one epoch, to whoever comes anew and to all others.
#include "base/log.hpp"
#include "routing/proofs/minting.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kCircuits = 60;

class KeyTagger {
public:
    explicit KeyTagger(const Trial& trial) : world_(trial.seed), cluster_(world_, options(trial)) {
        CHECK(cluster_.settle(minutes(2)));
        id_ = liar().ring()->table().id();
    }
    ~KeyTagger() { cluster_.close(); }

    Verdict tag_newcomer() {
        cluster_.crash(client());
        auto key = crypto::AgreeKeyPair::generate(world_.rng());
        const auto tag = descriptor(epoch() - 1, key.public_key);
        take_circuits_with(std::move(key));
        liar().links().show([tag] { return tag->encoded; });
        cluster_.start(client());
        world_.run_for(seconds(3));
        const auto own = liar().view().find(id_);  // as at first: nobody has shown it the other
        liar().links().show([own] { return own->encoded; });
        CHECK(cluster_.settle(minutes(2)));
        const auto met = circuits_with(tag->onion_key);
        const auto known = holders_of(tag->onion_key);
        return {met > 0 && known == 0, concat("of ", kCircuits, " circuits ", met,
                                              " were made with the key, which ", known, " relays know")};
    }

    Verdict equivocate() {
        const auto other = descriptor(epoch(), crypto::AgreeKeyPair::generate(world_.rng()).public_key);
        liar().links().show([other] { return other->encoded; });
        liar().links().close_all();
        world_.run_for(minutes(2));
        std::size_t listing = 0;
        for (std::size_t i = 1; i < cluster_.relays(); ++i)
            listing += cluster_.core(i).view().find(id_) ? 1 : 0;
        return {listing > 0,
                concat(listing, " of ", cluster_.relays() - 1, " relays list it after two minutes")};
    }

private:
    static ClusterOptions options(const Trial& trial) {
        ClusterOptions out;
        out.relays = trial.relays;
        out.clients = 1;
        out.at_start = [relays = trial.relays](std::size_t index, node::NodeOptions& node) {
            if (index < relays) return;
            node.guards = {};  // new in the network
            node.known_relays = {};
        };
        return out;
    }
    node::NodeCore& liar() { return cluster_.core(0); }
    std::size_t client() const { return cluster_.relays(); }
    std::uint32_t epoch() const { return cluster_.identity(0).relay->proofs.epoch; }

    void take_circuits_with(crypto::AgreeKeyPair key) {
        const auto& relay = *cluster_.identity(0).relay;
        std::vector<crypto::AgreeKeyPair> keys;
        keys.push_back(relay.onion_seed.key_of(relay.proofs.epoch));
        keys.push_back(std::move(key));
        liar().circuits().set_onion_keys(std::move(keys));
    }
    // Of the liar, newer than its own.
    routing::DescriptorPtr descriptor(std::uint32_t epoch, const crypto::AgreePublic& onion_key) {
        const auto& relay = *cluster_.identity(0).relay;
        auto fields = *liar().view().find(id_);
        const auto& network = cluster_.network();
        CHECK(routing::renew_ticket(fields.proofs, id_, network, network.epoch_begins(id_, epoch),
                                    world_.rng()));
        fields.onion_key = onion_key;
        ++fields.incarnation;
        return routing::sign_descriptor(std::move(fields), relay.key, network).value();
    }

    std::size_t circuits_with(const crypto::AgreePublic& key) {
        auto& core = cluster_.core(client());
        auto& runtime = core.links().runtime();
        std::size_t out = 0;
        routing::TaskSet tasks(runtime);
        for (std::size_t i = 0; i < kCircuits; ++i) tasks.spawn(build_one(core, key, out));
        world_.run_until([&] { return tasks.count() == 0; }, minutes(2));
        CHECK(tasks.count() == 0);
        return out;
    }
    static routing::Task<void> build_one(node::NodeCore& core, crypto::AgreePublic key, std::size_t& met) {
        auto& runtime = core.links().runtime();
        auto built = co_await core.paths().build_client({}, runtime.now() + seconds(30));
        if (!built) co_return;
        for (const auto& relay : (*built)->path()) met += relay->onion_key == key ? 1 : 0;
        (*built)->close();
    }
    std::size_t holders_of(const crypto::AgreePublic& key) {
        std::size_t out = 0;
        for (std::size_t i = 1; i < cluster_.relays(); ++i) {
            const auto listed = cluster_.core(i).view().find(id_);
            out += listed && listed->onion_key == key ? 1 : 0;
        }
        return out;
    }

    SimWorld world_;
    Cluster cluster_;
    routing::NodeId id_;
};

}  // namespace

Verdict tag_newcomer(const Trial& trial) { return KeyTagger(trial).tag_newcomer(); }
Verdict equivocate(const Trial& trial) { return KeyTagger(trial).equivocate(); }

}  // namespace catacomb::sim
