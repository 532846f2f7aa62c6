// Nodes that damage, swap or withhold what they hold: a get still gives the file, or says honestly that it
// cannot, and never a wrong byte. Lies are told at each place where one can be told: in a vault's store, at a
// rendezvous, at an exit.
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "node/protocol/messages.hpp"
#include "tests/sim/hostile_exits.hpp"
#include "tests/support/seeds.hpp"
#include "tools/sim/jobs.hpp"
#include "tools/sim/lying_store.hpp"
#include "tools/sim/oracles/integrity.hpp"

namespace catacomb::sim {
namespace {

using testing::replay;
using testing::seeds;

Bytes random_file(SimWorld& world, std::size_t size) {
    Bytes out(size);
    world.rng().fill(out);
    return out;
}

using Lie = std::function<Result<Bytes>(storage::BlockStore& truth, const storage::BlockId& id)>;

Result<Bytes> one_bit_off(storage::BlockStore& truth, const storage::BlockId& id) {
    auto bytes = truth.get(id);
    if (bytes) (*bytes)[bytes->size() / 2] ^= 1;
    return bytes;
}
Result<Bytes> garbage(storage::BlockStore&, const storage::BlockId& id) { return Bytes(5000, id.index); }
Result<Bytes> another_block(storage::BlockStore& truth, const storage::BlockId& id) {
    auto first = truth.list({}, 2);
    if (!first || first->empty()) return error(Code::not_found);
    return truth.get(first->front() == id ? first->back() : first->front());
}

// A network of which some vaults lie on command.
struct Town {
    Town(std::uint64_t seed, std::size_t liars, const Lie& lie) : world(seed) {
        ClusterOptions options;
        options.adjust = [this, liars, lie](std::size_t index, node::NodeOptions& node) {
            if (index >= liars) return;
            LyingStore::Lies lies;
            lies.get = lie;
            stores.push_back(std::make_unique<LyingStore>(*node.vault->store, std::move(lies)));
            node.vault->store = stores.back().get();
        };
        cluster = std::make_unique<Cluster>(world, options);
        BOOST_REQUIRE_MESSAGE(cluster->settle(minutes(2)), "not ready; " << replay(seed));
        file = random_file(world, 1'000'000);
        const auto report = cluster->insert(15, file);
        BOOST_REQUIRE_MESSAGE(report.has_value(), report.error().text() << "; " << replay(seed));
        key = report->key;
        for (auto& store : stores) store->lying = true;
    }

    // A get ends; what it delivered passes the integrity oracle. How it ended.
    Result<node::JobStatus> get() {
        const auto job = FileJob::get(*cluster, 14, key);
        BOOST_REQUIRE_MESSAGE(world.run_until([&] { return job.is_over(); }, minutes(5)),
                              "the get hangs; " << replay(world.seed()));
        auto outcome = job.outcome();
        BOOST_TEST(integrity_violation(file, job.delivered(), outcome.has_value()) == "",
                   replay(world.seed()));
        return outcome;
    }

    SimWorld world;
    std::vector<std::unique_ptr<LyingStore>> stores;
    std::unique_ptr<Cluster> cluster;
    Bytes file;
    std::string key;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(byzantine)

// Proves: with five of sixteen vaults that answer with a flipped bit, with garbage or with another of their
// blocks, the file comes back equal.
BOOST_AUTO_TEST_CASE(a_file_outlives_vaults_that_lie) {
    for (const auto& lie : {one_bit_off, garbage, another_block}) {
        for (const auto seed : seeds(2)) {
            Town town(seed, 5, lie);
            const auto outcome = town.get();
            BOOST_CHECK_MESSAGE(outcome.has_value(), outcome.error().text() << "; " << replay(seed));
        }
    }
}

// Proves: when all vaults lie, nothing is delivered, and the get says "not found" and how much it saw.
BOOST_AUTO_TEST_CASE(nothing_is_delivered_when_all_vaults_lie) {
    Town town(seeds(1).front(), 16, one_bit_off);
    const auto outcome = town.get();
    BOOST_REQUIRE(!outcome.has_value());
    BOOST_TEST(outcome.error().is(Code::not_found), outcome.error().text());
    BOOST_TEST(outcome.error().text().find("blocks") != std::string::npos, outcome.error().text());
}

// Proves: blocks that rotted in five vaults (the store says so itself) cost nothing but their redundancy.
BOOST_AUTO_TEST_CASE(a_file_outlives_vaults_whose_disks_rot) {
    Town town(seeds(1).front(), 0, garbage);
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        auto& store = town.cluster->store(i);
        const auto ids = store.list({}, 10'000);
        BOOST_REQUIRE(ids.has_value());
        for (const auto& id : *ids) damaged += store.damage(id);
    }
    BOOST_TEST(damaged > 0);
    const auto outcome = town.get();
    BOOST_CHECK_MESSAGE(outcome.has_value(), outcome.error().text());
}

// Proves: a rendezvous that makes up its answers to FETCH is caught by the exit; others know the vaults too.
BOOST_AUTO_TEST_CASE(a_rendezvous_that_lies_is_passed_over) {
    for (const auto seed : seeds(2)) {
        Town town(seed, 0, garbage);
        for (std::size_t i = 0; i < 4; ++i) {
            town.cluster->core(i).rpc().serve(routing::Method::fetch,
                                              [](routing::RpcPeer, Bytes) -> routing::Task<Result<Bytes>> {
                                                  wire::FetchAnswer answer;
                                                  answer.set_outcome(wire::FetchAnswer::FOUND);
                                                  answer.set_block(std::string(5000, 'x'));
                                                  co_return node::encode(answer);
                                              });
        }
        const auto outcome = town.get();
        BOOST_CHECK_MESSAGE(outcome.has_value(), outcome.error().text() << "; " << replay(seed));
    }
}

namespace {

routing::Task<void> answer_with_garbage(routing::CircuitStreamPtr stream) {
    auto asked = co_await stream->receive(kNever);
    if (!asked) co_return;
    auto lie = node::with_kind(node::Kind::block, Bytes(5000, 7));
    co_await stream->send(std::move(lie));
}

}  // namespace

// Proves: exits that answer with garbage are found out by the client, who goes to another.
BOOST_AUTO_TEST_CASE(an_exit_that_lies_is_left) {
    for (const auto seed : seeds(2)) {
        Town town(seed, 0, garbage);
        HostileExits lies;
        std::size_t told = 0;
        lies.replace(*town.cluster, 6, [&told](auto stream) {
            ++told;
            return answer_with_garbage(std::move(stream));
        });
        const auto outcome = town.get();
        BOOST_CHECK_MESSAGE(outcome.has_value(), outcome.error().text() << "; " << replay(seed));
        BOOST_TEST_MESSAGE("seed " << seed << ": " << told << " lies were told");
        town.cluster->close();
    }
}

// Proves: the integrity oracle objects to a wrong byte wherever it is, to bytes too many, and to a success
// that is not the whole file; and not to a failure after a good beginning.
BOOST_AUTO_TEST_CASE(the_integrity_oracle_catches_planted_faults) {
    const Bytes file = {1, 2, 3, 4};
    BOOST_TEST(integrity_violation(file, file, true) == "");
    BOOST_TEST(integrity_violation(file, ByteView(file).first(2), false) == "");
    BOOST_TEST(integrity_violation(file, {}, false) == "");
    BOOST_TEST(integrity_violation(file, ByteView(file).first(2), true) != "");
    for (std::size_t i = 0; i < file.size(); ++i) {
        auto wrong = file;
        wrong[i] ^= 128;
        BOOST_TEST(integrity_violation(file, wrong, true) != "");
        BOOST_TEST(integrity_violation(file, wrong, false) != "");
    }
    auto longer = file;
    longer.push_back(5);
    BOOST_TEST(integrity_violation(file, longer, true) != "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
