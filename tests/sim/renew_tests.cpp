// Leases that are extended without moving a body, in whole networks: the file outlives its first lease, what
// is told is what vaults have done, and an exit or a vault that lies, drops or is away is not believed.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/messages.hpp"
#include "tests/sim/hostile_exits.hpp"
#include "tools/sim/forwarding_store.hpp"

namespace catacomb::sim {
namespace {

using node::limits::kDay;

// A disk that can be told to extend no lease.
class StubbornStore final : public ForwardingStore {
public:
    using ForwardingStore::ForwardingStore;
    std::vector<Result<>> renew(std::span<const storage::Renewal> renewals) override {
        if (!stubborn) return truth_.renew(renewals);
        return std::vector<Result<>>(renewals.size(), error(Code::full));
    }
    bool stubborn = false;
};

struct Town {
    explicit Town(std::uint64_t seed) : world(seed) {
        ClusterOptions options;
        options.clients = 2;
        options.adjust = [this](std::size_t, node::NodeOptions& node) {
            if (!node.vault) return;
            stores.push_back(std::make_unique<StubbornStore>(*node.vault->store));
            node.vault->store = stores.back().get();
        };
        cluster = std::make_unique<Cluster>(world, options);
        BOOST_REQUIRE(cluster->settle(minutes(2)));
    }
    ~Town() { cluster->close(); }
    static Bytes file(std::size_t size, std::uint64_t seed) {
        Bytes out(size);
        crypto::SeededRng(seed).fill(out);
        return out;
    }
    // The key of the file, as its owner has it.
    std::string insert(const Bytes& file) {
        auto report = cluster->insert(writer(), file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
        BOOST_REQUIRE(report->blocks_placed == report->blocks_wanted);
        return report->key;
    }
    // What is enough to renew it.
    static std::string weak(const std::string& key) {
        return storage::ReadKey::decode(key)->weaken().encode();
    }
    node::RenewReport renew(const std::string& key, unsigned days = 31) {
        auto report = cluster->renew(other(), weak(key), {days});
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
        return *report;
    }
    // Blocks in stores whose leases end later than `when`; of nodes that are up.
    std::size_t kept_beyond(Time when) {
        std::size_t out = 0;
        for (std::size_t i = 0; i < cluster->relays(); ++i) {
            if (!cluster->is_up(i)) continue;
            const auto ids = cluster->store(i).list({}, 100'000).value();
            for (const auto& id : ids) out += cluster->store(i).info(id)->lease_end > when;
        }
        return out;
    }
    // Nobody is up meanwhile, which costs nothing; vaults drop what their leases allow.
    void pass(Duration time) {
        for (std::size_t i = 0; i < cluster->size(); ++i) cluster->crash(i);
        world.run_for(time);
        for (std::size_t i = 0; i < cluster->relays(); ++i)
            (void)cluster->store(i).expire(world.now(), 100'000);
        for (std::size_t i = 0; i < cluster->size(); ++i) cluster->start(i);
        BOOST_REQUIRE(cluster->settle(minutes(10)));
    }
    std::size_t writer() const { return cluster->relays(); }
    std::size_t other() const { return cluster->relays() + 1; }
    Time usual_end() const { return node::lease_end_after(world.now(), node::limits::kLease); }

    SimWorld world;
    std::vector<std::unique_ptr<StubbornStore>> stores;
    std::unique_ptr<Cluster> cluster;

    using Talk = routing::Task<void> (Town::*)(routing::CircuitStreamPtr);
    void replace_exits(std::size_t count, Talk talk) {
        exits.replace(*cluster, count,
                      [this, talk](auto stream) { return (this->*talk)(std::move(stream)); });
    }
    routing::Task<void> claim(routing::CircuitStreamPtr stream) { return lie(std::move(stream), true); }
    routing::Task<void> deny(routing::CircuitStreamPtr stream) { return lie(std::move(stream), false); }
    // To RENEW: that all is renewed, by a vault that nobody knows; or that nothing is.
    routing::Task<void> lie(routing::CircuitStreamPtr stream, bool renewed) {
        auto bytes = co_await stream->receive(kNever);
        auto message = bytes ? node::split_kind(std::move(*bytes)) : Result<node::Message>(bytes.error());
        if (!message || message->kind != node::Kind::exit_renew) co_return;
        ++lies;
        const auto request = node::decode<wire::ExitRenew>(message->body).value();
        wire::ManyRenewed answer;
        if (renewed) {
            auto* word = answer.add_given();
            word->set_version(2);
            word->set_vault_key(std::string(32, 'k'));
            word->set_founding(std::string(24, 'f'));
            word->set_ticket(std::string(24, 't'));
            word->set_lease_end(request.lease_end());
            word->set_signature(std::string(64, 's'));
            word->set_rendezvous(std::string(32, 'r'));
            for (int i = 0; i < request.items_size(); ++i) {
                word->add_masks(request.items(i).mask());
                word->add_items(static_cast<std::uint32_t>(i));
            }
        }
        auto said = node::encode(node::Kind::answer, answer);
        co_await stream->send(std::move(said), true);
    }
    int lies = 0;
    HostileExits exits;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(renewal)

// Proves: a file that somebody renews by its ver1 key is there when its first lease has ended and vaults have
// dropped what they may; one that nobody renews is not. A tree as well as one segment.
BOOST_AUTO_TEST_CASE(a_renewed_file_outlives_its_first_lease) {
    Town town(1);
    const auto small = Town::file(10'000, 1), tree = Town::file(6'000'000, 2), left = Town::file(10'000, 3);
    const auto small_key = town.insert(small), tree_key = town.insert(tree), left_key = town.insert(left);
    town.pass(28 * kDay);
    for (const auto& key : {small_key, tree_key}) {
        const auto report = town.renew(key, 30);
        BOOST_TEST(report.blocks_renewed == report.blocks);
        BOOST_TEST(report.segments_short == 0U);
        BOOST_TEST((report.lease_end == report.lease_asked));
        BOOST_TEST((report.first_lease_end == report.lease_asked));
    }
    town.pass(5 * kDay);
    BOOST_TEST((town.cluster->get(town.other(), small_key).value() == small));
    BOOST_TEST((town.cluster->get(town.other(), tree_key).value() == tree));
    const auto gone = town.cluster->get(town.other(), left_key);
    BOOST_REQUIRE(!gone);
    BOOST_TEST(gone.error().is(Code::not_found), gone.error().text());
    // Renewing it now promises nothing.
    const auto late = town.renew(left_key);
    BOOST_TEST(late.blocks_renewed == 0U);
    BOOST_TEST(late.segments_short == 1U);
    BOOST_TEST(!late.lease_end.has_value());
}

// Proves: what is told is what stores did: those that extend nothing are not counted.
BOOST_AUTO_TEST_CASE(what_is_told_is_what_stores_did) {
    Town town(2);
    const auto key = town.insert(Town::file(10'000, 1));
    const auto before = town.usual_end();
    for (std::size_t i = 0; i < 5; ++i) town.stores[i]->stubborn = true;
    auto report = town.renew(key);
    BOOST_TEST(report.blocks_renewed < report.blocks);
    BOOST_TEST(report.blocks_renewed == town.kept_beyond(before));
    BOOST_TEST(report.segments_short == 0U);
    for (auto& store : town.stores) store->stubborn = true;
    report = town.renew(key, 32);
    BOOST_TEST(report.blocks_renewed == 0U);
    BOOST_TEST(report.segments_short == 1U);
    BOOST_TEST(!report.lease_end.has_value());
    for (auto& store : town.stores) store->stubborn = false;
    // More than vaults grant: told.
    report = town.renew(key, 300);
    BOOST_TEST(report.blocks_renewed == report.blocks);
    BOOST_REQUIRE(report.lease_end.has_value());
    BOOST_TEST((*report.lease_end < report.lease_asked));
    BOOST_TEST((*report.lease_end <= town.world.now() + node::limits::kLongestLease));
}

// Proves: with five of sixteen nodes killed the rest is renewed, no more is claimed, and nobody waits for
// ever.
BOOST_AUTO_TEST_CASE(nodes_that_are_killed_are_not_counted) {
    Town town(3);
    const auto key = town.insert(Town::file(10'000, 1));
    const auto before = town.usual_end();
    for (std::size_t i = 3; i < 8; ++i) town.cluster->crash(i);
    const auto report = town.renew(key);
    BOOST_TEST(report.blocks_renewed < report.blocks);
    BOOST_TEST(report.blocks_renewed == town.kept_beyond(before));
    BOOST_TEST(report.segments_short == 0U);
}

// Proves: an exit that claims what no vault has signed is left, and so is one that denies: others are asked.
// Where every exit claims, nothing is renewed and nothing is said to be.
BOOST_AUTO_TEST_CASE(an_exit_alone_is_not_believed) {
    for (const auto talk : {&Town::claim, &Town::deny}) {
        Town town(4);
        const auto key = town.insert(Town::file(10'000, 1));
        town.replace_exits(4, talk);
        for (unsigned i = 0; i < 12 && town.lies == 0; ++i) {
            const auto report = town.renew(key);
            BOOST_TEST(report.blocks_renewed == report.blocks);
        }
        BOOST_TEST(town.lies > 0);
    }
    Town town(5);
    const auto key = town.insert(Town::file(10'000, 1));
    town.replace_exits(town.cluster->relays(), &Town::claim);
    const auto report = town.cluster->renew(town.other(), Town::weak(key));
    BOOST_REQUIRE(!report);
    BOOST_TEST(report.error().is(Code::corrupt), report.error().text());
    BOOST_TEST(town.lies > 1);
}

// Proves: a rendezvous that answers nothing is gone round: the one next to it knows the vaults, too.
BOOST_AUTO_TEST_CASE(a_rendezvous_that_drops_is_gone_round) {
    Town town(6);
    const auto key = town.insert(Town::file(10'000, 1));
    int dropped = 0;
    auto& server = town.cluster->core(0).rpc();
    server.serve(routing::Method::renew, [&dropped](routing::RpcPeer, Bytes) -> routing::Task<Result<Bytes>> {
        ++dropped;
        co_return error(Code::refused);
    });
    const auto report = town.renew(key);
    BOOST_TEST(dropped > 0);
    BOOST_TEST(report.blocks_renewed == report.blocks);
}

// Proves: what cannot be renewed is refused at once, and a key of nothing renews nothing.
BOOST_AUTO_TEST_CASE(wrong_keys) {
    Town town(7);
    const auto key = storage::ReadKey::decode(town.insert(Town::file(1'000, 1))).value();
    BOOST_TEST(town.cluster->renew(town.other(), "ver1nonsense").error().is(Code::bad_input));
    auto wrong = key.weaken();
    wrong.top.root.bytes[0] ^= 1;
    const auto report = town.cluster->renew(town.other(), wrong.encode());
    BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text());
    BOOST_TEST(report->blocks_renewed == 0U);
    BOOST_TEST(report->segments_short == 1U);
    auto folder = key.weaken();
    folder.top.kind = storage::SegmentKind::directory;
    folder.top.profile = storage::to_profile(20, 60, 1).value();
    BOOST_TEST(town.cluster->renew(town.other(), folder.encode()).error().is(Code::bad_input));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
