// Vaults and their rendezvous in whole networks: no word is passed on that does not hold, nor recorded; a
// vault that cannot read does not promise; blocks are committed in groups; two vaults with one key do no
// harm; what was told survives a registration that ends.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "base/codec.hpp"
#include "crypto/random.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/registration.hpp"
#include "tests/support/seeds.hpp"
#include "tests/support/some_blocks.hpp"
#include "tools/sim/cluster.hpp"
#include "tools/sim/forwarding_store.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/vault_key.hpp"

namespace catacomb::sim {
namespace {

using node::Kind;
using routing::CircuitStreamPtr;
using routing::Task;

ClusterOptions relays_without_vaults() {
    ClusterOptions out;
    out.vault_on_relays = false;
    out.clients = 1;
    return out;
}

// Registered at one relay through a circuit of a client's; answers each offer as it is told to.
class FakeVault {
public:
    // What it says to an offer whose body it has.
    using Word = std::function<wire::Acknowledgement(const FakeVault&, const node::Asked&)>;

    FakeVault(Cluster& cluster, std::size_t relay, VaultKey key, Word word)
        : cluster_(cluster),
          node_(cluster.core(cluster.relays())),
          runtime_(node_.circuits().runtime()),
          relay_(cluster.core(relay).rendezvous()),
          at_(node_.view().find(id_of(cluster, relay))),
          key_(std::move(key)),
          word_(std::move(word)),
          tasks_(runtime_) {
        BOOST_REQUIRE(at_);
        tasks_.spawn(stay_registered());
        cluster.world().run_until([&] { return registered() || is_closed(); }, minutes(1));
    }
    ~FakeVault() {
        if (circuit_) circuit_->close();
        cluster_.world().run_until([&] { return tasks_.count() == 0; }, minutes(1));
    }
    bool is_closed() const { return circuit_ && circuit_->is_closed(); }
    static routing::NodeId id_of(Cluster& cluster, std::size_t relay) {
        return cluster.core(relay).ring()->table().id();
    }

    wire::Acknowledgement honest(const node::Asked& asked) const {
        return node::to_wire(node::acknowledge(wire::Acknowledgement::STORED, asked, asked.lease_end,
                                               key_.identity, key_.pair, cluster_.network()));
    }
    bool registered() const {
        for (const auto& vault : relay_->registry().present()) {
            if (vault.id == key_.identity.id()) return true;
        }
        return false;
    }
    std::vector<node::Asked> offers;

private:
    Task<void> stay_registered() {
        auto circuit = co_await node_.paths().build_vault(at_, runtime_.now() + minutes(1));
        if (!circuit) co_return;
        circuit_ = *circuit;
        circuit_->on_stream([this](CircuitStreamPtr stream) { tasks_.spawn(serve(std::move(stream))); });
        stream_ = circuit_->open_stream().value();
        auto request = registration_message(cluster_, key_, *circuit_);
        co_await stream_->send(std::move(request));
        co_await circuit_->ended().wait(kNever);
    }
    Task<void> serve(CircuitStreamPtr stream) {
        auto first = co_await stream->receive(kNever);
        if (!first) co_return;
        auto offer = node::decode<wire::Offer>(node::split_kind(std::move(*first)).value().body);
        node::Asked asked;
        asked.block = node::to_block_id(offer->root(), offer->index()).value();
        asked.size = offer->size();
        asked.lease_end = from_unix_seconds(offer->lease_end());
        asked.nonce = node::BlockNonce::from(view(offer->nonce())).value();
        offers.push_back(asked);
        wire::OfferAnswer answer;
        answer.set_verdict(wire::OfferAnswer::STORED);
        *answer.mutable_acknowledgement() = word_(*this, asked);
        auto message = node::encode(Kind::answer, answer);
        co_await stream->send(std::move(message), true);
    }

    Cluster& cluster_;
    node::NodeCore& node_;
    routing::Runtime& runtime_;
    node::Rendezvous* relay_;
    routing::DescriptorPtr at_;
    VaultKey key_;
    Word word_;
    node::CircuitPtr circuit_;
    CircuitStreamPtr stream_;
    routing::TaskSet tasks_;
};

wire::Acknowledgement honestly(const FakeVault& self, const node::Asked& asked) { return self.honest(asked); }

// One relay, one block of which it is asked for, and vaults on its arc.
struct Town {
    SimWorld world{1};
    Cluster cluster{world, relays_without_vaults()};
    storage::SegmentBlocks segment = tests::some_segment(1);
    std::size_t relay = 0;

    Town() { BOOST_REQUIRE(cluster.settle(minutes(2))); }
    // One whose vault is served by our relay.
    VaultKey key_on_arc() { return make_vault_key_on_arc(cluster, FakeVault::id_of(cluster, relay)); }
    node::Asked ask(std::uint8_t attempt) {
        node::NonceSeed seed;
        seed.bytes.fill(attempt);
        node::Asked out;
        out.block = {segment.root(), 3};
        out.size = static_cast<std::uint32_t>(segment.profile().block());
        out.lease_end = world.now() + node::limits::kLease;
        out.lease_end = from_unix_seconds(unix_seconds(out.lease_end));
        out.nonce = node::block_nonce(seed, 3);
        return out;
    }
    // As an exit does.
    Result<wire::Acknowledgement> store(const node::Asked& asked) {
        wire::StoreBlock request;
        request.set_root(node::proto_bytes(asked.block.root));
        request.set_index(asked.block.index);
        request.set_block(node::proto_bytes(segment.block(3)));
        request.set_lease_end(unix_seconds(asked.lease_end));
        request.set_nonce(node::proto_bytes(asked.nonce));
        auto answer = call(routing::Method::store, node::encode(request));
        if (!answer) return answer.error();
        return node::decode<wire::Acknowledgement>(*answer);
    }
    Result<Bytes> call(routing::Method method, Bytes body) {
        std::optional<Result<Bytes>> out;
        auto& exit = cluster.core(1);
        const auto to = exit.view().find(FakeVault::id_of(cluster, relay));
        auto call = exit.rpc().call(to, method, std::move(body), world.now() + minutes(1));
        routing::asio::co_spawn(
            exit.circuits().runtime().executor(), std::move(call),
            [&](std::exception_ptr, Result<Bytes> answer) { out.emplace(std::move(answer)); });
        BOOST_REQUIRE(world.run_until([&] { return out.has_value(); }, minutes(2)));
        return std::move(*out);
    }
    bool relay_knows(const storage::BlockId& block) {
        return cluster.core(relay).rendezvous()->registry().known(node::prefix_of(block)) !=
               routing::Known::no;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(vaults)

// Proves: a rendezvous checks the word before it passes it on or records the block, and tries its next vault.
// The attacker replays the word that it gave to the first attempt, for the same block and lease on the same
// day.
BOOST_AUTO_TEST_CASE(a_word_that_is_replayed_is_not_passed_on) {
    Town town;
    const auto first = town.ask(1);
    FakeVault replayer(town.cluster, town.relay, town.key_on_arc(),
                       [&](const FakeVault& self, const node::Asked&) { return self.honest(first); });
    BOOST_TEST(town.store(town.ask(2)).error().is(Code::refused));
    BOOST_TEST(!town.relay_knows(first.block));
    BOOST_TEST(replayer.offers.size() == 1U);
    // It was good for that attempt, and for nothing but it.
    BOOST_TEST(town.store(first).has_value());
    BOOST_TEST(town.relay_knows(first.block));

    FakeVault honest(town.cluster, town.relay, town.key_on_arc(), honestly);
    BOOST_TEST(town.store(town.ask(3)).has_value());
    BOOST_TEST(replayer.offers.size() == 3U);
    BOOST_TEST(honest.offers.size() == 1U);
}

// Proves: a vault does not speak for another.
BOOST_AUTO_TEST_CASE(a_word_of_another_vault_is_not_passed_on) {
    Town town;
    const auto other = town.key_on_arc();
    FakeVault vault(
        town.cluster, town.relay, town.key_on_arc(), [&](const FakeVault&, const node::Asked& asked) {
            return node::to_wire(node::acknowledge(wire::Acknowledgement::STORED, asked, asked.lease_end,
                                                   other.identity, other.pair, town.cluster.network()));
        });
    BOOST_TEST(town.store(town.ask(1)).error().is(Code::refused));
    BOOST_TEST(!town.relay_knows(town.ask(1).block));
}

// Proves: what a vault adds to its word, in fields that nobody knows, is not passed on. With 320 KiB of it
// the word and the relay's own line would be more than an answer may be.
BOOST_AUTO_TEST_CASE(a_word_with_a_tail_is_passed_on_without_it) {
    Town town;
    const auto longer = [](const FakeVault& self, const node::Asked& asked) {
        auto word = self.honest(asked);
        Writer tail;
        const auto length = 327'660 - word.ByteSizeLong() - 4;
        tail.u8(15 << 3 | 2);  // field 15, bytes, whose length is a number of three times seven bits
        tail.u8(static_cast<std::uint8_t>(length | 0x80)).u8(static_cast<std::uint8_t>(length >> 7 | 0x80));
        tail.u8(static_cast<std::uint8_t>(length >> 14)).raw(Bytes(length));
        return node::decode<wire::Acknowledgement>(
                   view(word.SerializeAsString().append(as_text(tail.bytes()))))
            .value();
    };
    FakeVault vault(town.cluster, town.relay, town.key_on_arc(), longer);
    const auto given = town.store(town.ask(1));
    BOOST_REQUIRE_MESSAGE(given.has_value(), given.error().text());
    BOOST_TEST(vault.offers.size() == 1U);
    BOOST_TEST(given->ByteSizeLong() < 1024U);
}

// Proves: a relay registers the vaults of its own arc, with room for those who see the ring otherwise, and no
// others.
BOOST_AUTO_TEST_CASE(a_vault_of_another_arc_is_not_registered) {
    Town town;
    const auto self = FakeVault::id_of(town.cluster, town.relay);
    const auto& view = town.cluster.core(town.relay).view();
    const auto place = [&](const routing::VaultId& vault) {
        const auto following = view.successors_of(vault, view.size(), town.world.now());
        const auto at = std::find_if(following.begin(), following.end(),
                                     [&](const auto& relay) { return relay->id == self; });
        return static_cast<std::size_t>(at - following.begin());
    };
    const auto key_at = [&](std::size_t wanted) {
        return make_vault_key_where(town.cluster, [&](const auto& vault) { return place(vault) == wanted; });
    };
    FakeVault last(town.cluster, town.relay, key_at(node::limits::kRegisteringRelays - 1), honestly);
    BOOST_TEST((last.registered() && !last.is_closed()));
    FakeVault beyond(town.cluster, town.relay, key_at(node::limits::kRegisteringRelays), honestly);
    BOOST_TEST((!beyond.registered() && beyond.is_closed()));
}

// Proves: a second vault with the same key takes the place of the first, whose circuit ends.
BOOST_AUTO_TEST_CASE(the_newer_of_two_vaults_with_one_key_stands) {
    Town town;
    const auto key = town.key_on_arc();
    FakeVault older(town.cluster, town.relay, {key.pair.clone(), key.identity}, honestly);
    FakeVault newer(town.cluster, town.relay, {key.pair.clone(), key.identity}, honestly);
    BOOST_TEST(town.world.run_until([&] { return older.is_closed(); }, minutes(1)));
    BOOST_TEST(!newer.is_closed());
    BOOST_TEST(town.store(town.ask(1)).has_value());
    BOOST_TEST(older.offers.empty());
    BOOST_TEST(newer.offers.size() == 1U);
}

// Proves: a registration is followed by another before a day is over, and the vault is served all the while.
BOOST_AUTO_TEST_CASE(no_registration_lasts_longer_than_a_day) {
    SimWorld world(testing::seeds(1).front());
    ClusterOptions options;
    options.relays = 8;
    options.vault_on_relays = false;
    options.vault_only = 2;
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    using Registration = std::pair<std::size_t, std::uint64_t>;  // relay, session
    const auto standing = [&] {
        std::set<Registration> out;
        for (std::size_t i = 0; i < cluster.relays(); ++i) {
            for (const auto& vault : cluster.core(i).rendezvous()->registry().present())
                out.insert({i, vault.session});
        }
        return out;
    };
    const auto first = standing();
    BOOST_TEST(first.size() == 8U);
    for (const auto end = world.now() + hours(25); world.now() < end; world.run_for(minutes(10)))
        BOOST_REQUIRE(standing().size() == first.size());
    for (const auto& one : standing()) BOOST_TEST(!first.contains(one));
}

namespace {

// A disk that can be told not to read, and counts its commits.
class MoodyStore final : public ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;

    std::vector<Result<>> put_group(std::span<const storage::Put> puts) override {
        ++commits;
        blocks += puts.size();
        if (unreadable) replaced += puts.size();
        return truth_.put_group(puts);
    }
    Result<Bytes> get(const storage::BlockId& id) override {
        return unreadable ? Result<Bytes>(error(Code::io, "the disk does not read")) : truth_.get(id);
    }

    bool unreadable = false;
    std::size_t commits = 0, blocks = 0, replaced = 0;
};

struct MoodyTown {
    // 16 relays and as many vaults on them; or so many vaults elsewhere, and six clients, all near each other
    // or as far as the simulated world's paths are.
    explicit MoodyTown(std::uint64_t seed, std::size_t vaults = 0, bool near = false) : world(seed) {
        ClusterOptions options;
        options.vault_on_relays = vaults == 0;
        options.vault_only = vaults;
        options.clients = vaults == 0 ? 0 : 6;
        options.adjust = [this](std::size_t, node::NodeOptions& node) {
            if (!node.vault) return;
            stores.push_back(std::make_unique<MoodyStore>(*node.vault->store));
            node.vault->store = stores.back().get();
        };
        if (near) {  // what is sent together comes together
            world.network().conditions.latency_min = milliseconds(1);
            world.network().conditions.latency_max = milliseconds(3);
        }
        cluster = std::make_unique<Cluster>(world, options);
        BOOST_REQUIRE(cluster->settle(minutes(2)));
    }
    Bytes file(std::size_t size, std::uint64_t seed = 1) {
        Bytes out(size);
        crypto::SeededRng(seed).fill(out);
        return out;
    }
    std::size_t sum(std::size_t MoodyStore::*which) const {
        std::size_t out = 0;
        for (const auto& store : stores) out += (*store).*which;
        return out;
    }

    SimWorld world;
    std::vector<std::unique_ptr<MoodyStore>> stores;
    std::unique_ptr<Cluster> cluster;
};

}  // namespace

// Proves: inserting again while no disk reads renews nothing: every body is asked for and put.
BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_not_renewed) {
    MoodyTown town(3);
    const auto file = town.file(10'000);
    BOOST_REQUIRE(town.cluster->insert(2, file).has_value());
    const auto before = town.sum(&MoodyStore::blocks);
    for (auto& store : town.stores) store->unreadable = true;
    (void)town.cluster->insert(2, file, {}, minutes(3));
    const auto put = town.sum(&MoodyStore::replaced);
    BOOST_TEST(put >= before, put << " of " << before << " were put again");
}

// Proves: under load at least four blocks share a commit: six files at once into four vaults, side by side
// and over 5 to 80 ms each way, where the blocks of a segment come far apart.
BOOST_AUTO_TEST_CASE(blocks_are_committed_in_groups) {
    for (const bool near : {true, false}) {
        MoodyTown town(7, 4, near);
        std::vector<FileJob> jobs;
        for (std::uint64_t i = 0; i < 6; ++i)
            jobs.push_back(FileJob::insert(*town.cluster, 20 + i, town.file(1'000'000, i)));
        const auto over = [&] {
            return std::all_of(jobs.begin(), jobs.end(), [](const auto& job) { return job.is_over(); });
        };
        BOOST_REQUIRE(town.world.run_until(over, minutes(10)));
        for (const auto& job : jobs) BOOST_TEST(job.outcome().has_value(), job.outcome().error().text());
        const auto commits = town.sum(&MoodyStore::commits), blocks = town.sum(&MoodyStore::blocks);
        BOOST_TEST_MESSAGE(blocks << " blocks in " << commits << " commits");
        BOOST_TEST(blocks >= 6 * 45U);
        BOOST_TEST(blocks >= 4 * commits, blocks << " blocks in " << commits << " commits");
    }
}

// Proves: whoever inserts where no vault has room is told so; a vault without room starts, is registered, and
// gives out what it has.
BOOST_AUTO_TEST_CASE(a_full_vault_starts_serves_and_stays_registered) {
    SimWorld world(5);
    ClusterOptions options;
    options.quota = 40'000;
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    const auto file = [](std::uint64_t seed) {
        Bytes out(10'000);
        crypto::SeededRng(seed).fill(out);
        return out;
    };
    const auto kept = cluster.insert(2, file(1));
    BOOST_REQUIRE(kept.has_value());
    std::uint64_t more = 2;
    auto last = Result<node::InsertReport>(error(Code::busy));
    while (more < 20 && (last = cluster.insert(2, file(more)))) ++more;
    BOOST_TEST(more < 20U);
    // Whoever inserts is told whose room is used up.
    BOOST_TEST((last.error().code == Code::full), last.error().text());
    BOOST_TEST(last.error().text().find("the vaults near its places are full") != std::string::npos,
               last.error().text());
    std::size_t full = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const auto usage = cluster.store(i).usage();
        full += usage.bytes + storage::quota_charge(1024) > usage.quota;
        cluster.crash(i);
        cluster.start(i);
        BOOST_REQUIRE(cluster.settle(minutes(2)));
    }
    BOOST_TEST(full >= 12U, full << " of " << cluster.size() << " are full");
    const auto back = cluster.get(3, kept->key);
    BOOST_REQUIRE_MESSAGE(back.has_value(), back.error().text());
    BOOST_TEST((*back == file(1)));
}

// Proves: a vault takes no more blocks than its relays say that they can know of, whatever room its disk has.
BOOST_AUTO_TEST_CASE(a_vault_takes_what_its_relays_can_know_of) {
    SimWorld world(6);
    ClusterOptions options;
    // Enough for what the network stores here, and too little to promise anything to three vaults or more.
    options.adjust = [](std::size_t, node::NodeOptions& node) { node.registry_limits.bytes = 60 * 1024; };
    Cluster cluster(world, options);
    BOOST_REQUIRE(cluster.settle(minutes(2)));
    world.run_for(minutes(1));  // until every vault has heard how many there are at each relay
    std::uint64_t files = 0;
    auto last = Result<node::InsertReport>(error(Code::busy));
    do {
        last = cluster.insert(2, Bytes(10'000, static_cast<std::uint8_t>(files)));
    } while (last && ++files < 8);
    BOOST_TEST((!last && last.error().code == Code::full));
    BOOST_TEST(files < 4U, files << " files");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
