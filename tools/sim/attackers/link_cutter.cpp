// The link cutter: a client that asks an exit for what takes a round trip and gives it a millisecond. An exit
// that ends a link because nothing came in time cuts itself off, and with it all circuits over its links.
#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "node/protocol/messages.hpp"
#include "tools/sim/attackers/attackers.hpp"
#include "tools/sim/cluster.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kQuestions = 4;

class LinkCutter {
public:
    explicit LinkCutter(const Trial& trial) : world_(trial.seed), cluster_(world_, options(trial)) {
        CHECK(cluster_.settle(minutes(2)));
        tasks_ = std::make_unique<routing::TaskSet>(client().links().runtime());
    }
    ~LinkCutter() { cluster_.close(); }

    Verdict run() {
        tasks_->spawn(build());
        wait();
        CHECK(circuit_ != nullptr);
        const auto before = links_of_exit();
        for (std::size_t i = 0; i < kQuestions; ++i) {
            tasks_->spawn(ask_in_a_hurry());
            wait();
        }
        world_.run_for(seconds(2));
        const auto left = links_of_exit();
        const auto lost =
            std::count_if(before.begin(), before.end(), [&](auto number) { return !left.contains(number); });
        return {static_cast<std::size_t>(lost) > before.size() / 2,
                concat(kQuestions, " questions ended ", lost, " of the exit's ", before.size(), " links")};
    }

private:
    static ClusterOptions options(const Trial& trial) {
        ClusterOptions out;
        out.relays = trial.relays;
        out.clients = 1;
        return out;
    }
    node::NodeCore& client() { return cluster_.core(cluster_.relays()); }
    void wait() {
        world_.run_until([this] { return tasks_->count() == 0; }, minutes(1));
    }
    std::set<std::uint64_t> links_of_exit() {
        std::set<std::uint64_t> out;
        for (std::size_t i = 0; i < cluster_.relays(); ++i) {
            if (cluster_.address(i) != circuit_->endpoint().addresses.front()) continue;
            for (const auto& link : cluster_.core(i).links().all()) out.insert(link->number());
        }
        return out;
    }
    routing::Task<void> build() {
        auto& runtime = client().links().runtime();
        auto built = co_await client().paths().build_client({}, runtime.now() + seconds(30));
        if (built) circuit_ = *built;
    }
    routing::Task<void> ask_in_a_hurry() {
        auto stream = circuit_->open_stream();
        if (!stream) co_return;
        wire::ExitHave request;
        storage::Root root;
        world_.rng().fill(root.bytes);
        request.set_root(node::proto_bytes(root));
        request.set_n(storage::kMaxBlocks);
        request.set_limit_ms(1);
        auto message = node::encode(node::Kind::exit_have, request);
        co_await (*stream)->send(std::move(message), true);
        co_await (*stream)->receive(client().links().runtime().now() + seconds(10));
    }

    SimWorld world_;
    Cluster cluster_;
    std::unique_ptr<routing::TaskSet> tasks_;
    node::CircuitPtr circuit_;
};

}  // namespace

Verdict cut_links(const Trial& trial) { return LinkCutter(trial).run(); }

}  // namespace catacomb::sim
