#include "tools/bench/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "base/check.hpp"
#include "node/runtime/asio_runtime.hpp"
#include "routing/onion/origin_circuit.hpp"
#include "routing/onion/relay_circuit.hpp"
#include "routing/proofs/minting.hpp"
#include "tools/bench/measure.hpp"

namespace catacomb::bench {
namespace {

using routing::DescriptorPtr;
using routing::Task;

constexpr std::size_t kMessage = 64 * 1024;
constexpr unsigned kCircuits = 8;  // enough that some have credit while others wait for it
constexpr auto kLimit = seconds(120);

// The first message of a stream.
enum class Wanted : std::uint8_t { send_me, take_from_me };

// A relay without ring, vault or view, on a thread of its own.
class Station {
public:
    explicit Station(const routing::NetworkParameters& network)
        : network_(network),
          key_(crypto::SignKeyPair::generate(runtime_.rng())),
          link_key_(crypto::AgreeKeyPair::generate(runtime_.rng())),
          onion_key_(crypto::AgreeKeyPair::generate(runtime_.rng())),
          links_(runtime_, proofs_, {network, link_key_.clone(), [this] { return self_->encoded; }, {}}) {
        CHECK(links_.listen(routing::Endpoint::v4(0x7f000001, 0)));
        self_ = describe();
        circuits_.emplace(runtime_, links_,
                          routing::RelayIdentity{self_->id, keys(), crypto::preferred_suite()});
        circuits_->on_endpoint_stream(
            [this](auto, routing::CircuitStreamPtr stream) { tasks_.spawn(serve(std::move(stream))); });
        thread_ = std::thread([this] { runtime_.run(); });
    }
    ~Station() {
        boost::asio::co_spawn(runtime_.context(), close(), boost::asio::detached);
        thread_.join();
    }

    const DescriptorPtr& self() const { return self_; }

    // Runs `work` on this station's thread and returns what it returned.
    template <class Work>
    auto run_here(Work work) {
        std::promise<decltype(work())> done;
        boost::asio::post(runtime_.context(), [&] { done.set_value(work()); });
        return done.get_future().get();
    }

    // Moves `messages` over each of several circuits along `path`; returns when all have arrived.
    void move(const std::vector<DescriptorPtr>& path, Wanted wanted, unsigned messages) {
        std::promise<void> done;
        run_here([&] {
            moving_ = kCircuits;
            moved_ = &done;
            for (unsigned i = 0; i < kCircuits; ++i) tasks_.spawn(move_over_one(path, wanted, messages));
            return 0;
        });
        done.get_future().get();
    }

    struct Totals {
        double cpu = 0;
        std::uint64_t cells = 0, frames_in = 0, frames_out = 0, reads = 0, writes = 0;
    };
    Totals totals() {
        return run_here([this] {
            const auto& links = links_.counters;
            return Totals{thread_cpu_seconds(), circuits_->counters.cells_relayed,
                          links.frames_in,      links_.frames_out(),
                          links.reads,          links.writes};
        });
    }

private:
    std::vector<crypto::AgreeKeyPair> keys() const {
        std::vector<crypto::AgreeKeyPair> out;
        out.push_back(onion_key_.clone());
        return out;
    }
    DescriptorPtr describe() {
        const auto now = runtime_.now();
        routing::Descriptor fields;
        fields.proofs =
            routing::make_proofs(routing::IdentityKind::relay, key_.public_key, network_, now, runtime_.rng())
                .value();
        fields.link_key = link_key_.public_key;
        fields.onion_key = onion_key_.public_key;
        fields.circuit_cipher = crypto::preferred_suite();
        fields.addresses = {*links_.listening_at()};
        fields.published = now;
        fields.expires = now + network_.descriptor_lifetime;
        return routing::sign_descriptor(std::move(fields), key_, network_).value();
    }

    Task<void> serve(routing::CircuitStreamPtr stream) {
        const auto deadline = runtime_.now() + kLimit;
        auto request = co_await stream->receive(deadline);
        CHECK(request && request->size() == 3);
        const auto messages = (*request)[1] | (*request)[2] << 8;
        if (static_cast<Wanted>((*request)[0]) == Wanted::send_me) {
            co_await send(stream, messages);
        } else {
            co_await drain(stream, messages);
            Bytes thanks(1);
            co_await stream->send(std::move(thanks), true);
        }
    }
    Task<void> send(routing::CircuitStreamPtr stream, int messages) {
        for (int i = 0; i < messages; ++i) {
            Bytes message(kMessage);
            co_await stream->send(std::move(message), i + 1 == messages);
        }
    }
    Task<void> drain(routing::CircuitStreamPtr stream, int messages) {
        const auto deadline = runtime_.now() + kLimit;
        for (int i = 0; i < messages; ++i) {
            auto message = co_await stream->receive(deadline);
            CHECK(message);
        }
    }

    Task<void> move_over_one(std::vector<DescriptorPtr> path, Wanted wanted, unsigned messages) {
        const auto deadline = runtime_.now() + kLimit;
        auto circuit = co_await circuits_->build(std::move(path), deadline);
        CHECK(circuit);
        auto stream = (*circuit)->open_stream();
        CHECK(stream);
        Bytes request{static_cast<std::uint8_t>(wanted), static_cast<std::uint8_t>(messages),
                      static_cast<std::uint8_t>(messages >> 8)};
        const bool to_us = wanted == Wanted::send_me;
        co_await (*stream)->send(std::move(request), to_us);
        if (!to_us) co_await send(*stream, static_cast<int>(messages));
        co_await drain(*stream, to_us ? static_cast<int>(messages) : 1);
        (*circuit)->close();
        if (--moving_ == 0) moved_->set_value();
    }

    Task<void> close() {
        runtime_.close();
        circuits_->close_all();
        links_.close_all();
        co_await tasks_.drained();
        co_await circuits_->drained();
        co_await links_.drained();
        runtime_.stop();
    }

    const routing::NetworkParameters& network_;
    node::AsioRuntime runtime_;
    crypto::SignKeyPair key_;
    crypto::AgreeKeyPair link_key_, onion_key_;
    DescriptorPtr self_;
    routing::ProofChecker proofs_{runtime_};
    routing::Links links_;
    std::optional<routing::Circuits> circuits_;
    routing::TaskSet tasks_{runtime_};
    unsigned moving_ = 0;
    std::promise<void>* moved_ = nullptr;
    std::thread thread_;
};

double per_frame_us(const Station::Totals& before, const Station::Totals& after) {
    return (after.cpu - before.cpu) * 1e6 / static_cast<double>(after.cells - before.cells);
}

double ratio(std::uint64_t a, std::uint64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

}  // namespace

RelayCost measure_relay(std::uint64_t bytes) {
    const auto network = routing::NetworkParameters::testnet("bench");
    Station client(network), relay(network), far(network);
    const std::vector<DescriptorPtr> path{relay.self(), far.self()};
    const auto messages = static_cast<unsigned>(bytes / kMessage / kCircuits);
    client.move(path, Wanted::send_me, 1);  // links and threads are there before we measure
    const auto start = relay.totals();
    client.move(path, Wanted::send_me, messages);
    const auto between = relay.totals();
    client.move(path, Wanted::take_from_me, messages);
    const auto end = relay.totals();
    RelayCost out;
    out.backward_us = per_frame_us(start, between);
    out.forward_us = per_frame_us(between, end);
    out.frames_per_read = ratio(end.frames_in - start.frames_in, end.reads - start.reads);
    out.frames_per_write = ratio(end.frames_out - start.frames_out, end.writes - start.writes);
    return out;
}

}  // namespace catacomb::bench
