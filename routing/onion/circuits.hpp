// Circuits: every circuit that this node builds or carries. It finds the channel of each circuit frame,
// accepts CREATE as a relay (a RelayCircuit each), and builds circuits of our own (an OriginCircuit each).
// One per node.
#pragma once

#include "routing/link/links.hpp"
#include "routing/onion/channel.hpp"
#include "routing/onion/geometry.hpp"
#include "routing/onion/keys.hpp"
#include "routing/onion/streams.hpp"

namespace catacomb::routing {

class OriginCircuit;
class RelayCircuit;

struct CircuitLimits {
    std::size_t window_cells = kCircuitWindow;    // granted per circuit and direction at first
    std::size_t largest_window = kLargestWindow;  // and at most
    std::size_t own_queue_cells = 64;             // cells of our own that may wait per circuit
    std::size_t relayed_circuits = 4096;
    Duration create_limit = seconds(10);  // one hop's handshake

    // Cells that may wait in one channel: a window of the neighbour's, our own, and for each stream one that
    // ends it. Who returns no credit and goes on asking has no circuit any more.
    std::size_t queue_max() const { return largest_window + own_queue_cells + StreamLimits{}.open_streams; }
};

// The relay's own identity in circuits; absent on a node that relays nothing.
struct RelayIdentity {
    NodeId id;
    // Of this epoch, and of the one before while descriptors with it are about.
    std::vector<crypto::AgreeKeyPair> onion_keys;
    crypto::CipherSuite suite;
};

// A conversation that the far origin opened with us as its circuit's endpoint. `circuit` stays valid while
// the handler holds it; whoever built the circuit is unknown.
using EndpointHandler = std::function<void(std::shared_ptr<RelayCircuit> circuit, CircuitStreamPtr stream)>;

class Circuits final : private FrameHandler {
public:
    Circuits(Runtime& runtime, Links& links, std::optional<RelayIdentity> relay, CircuitLimits limits = {});
    ~Circuits() override;

    // Builds a circuit hop by hop. Code::unreachable or timed_out; the message names the hop that failed
    // (1-based), and `failed_hop` (when given) is set to it.
    Task<Result<std::shared_ptr<OriginCircuit>>> build(std::vector<std::shared_ptr<const Descriptor>> path,
                                                       Time deadline, std::size_t* failed_hop = nullptr);
    void on_endpoint_stream(EndpointHandler handler) { endpoint_ = std::move(handler); }
    // Circuits of others are extended to no relay but those that pass: for attackers of the simulated world.
    using ExtensionFilter = std::function<bool(const Descriptor& to)>;
    void extend_only(ExtensionFilter passes) { passes_ = std::move(passes); }

    void close_all();
    // At the next turn: the caller may be deep inside what closing would destroy.
    template <class Circuit>
    void close_soon(std::weak_ptr<Circuit> circuit) {
        runtime_.post([circuit = std::move(circuit)] {
            if (auto one = circuit.lock()) one->close();
        });
    }
    // Waits for extensions that run. After the runtime closed.
    Task<void> drained() { return tasks_.drained(); }

    std::size_t relayed() const { return relayed_.size(); }
    std::size_t own() const { return own_.size(); }
    // Cells that wait to leave in the fullest channel.
    std::size_t longest_queue() const;
    // Those of our own that are there, by age.
    std::vector<std::shared_ptr<OriginCircuit>> own_circuits() const;

    Runtime& runtime() { return runtime_; }
    Links& links() { return links_; }
    Rng& rng() { return *rng_; }
    // What circuits' windows may grow by, as things stand: half of what the node lends to what passes
    // through.
    WindowBudget& windows();
    const CircuitLimits& limits() const { return limits_; }
    const std::optional<RelayIdentity>& relay() const { return relay_; }
    // Requires: a relay.
    void set_onion_keys(std::vector<crypto::AgreeKeyPair> keys) { relay_->onion_keys = std::move(keys); }
    TaskSet& tasks() { return tasks_; }

    struct Counters {
        std::uint64_t cells_relayed = 0, cells_delivered = 0, created = 0, built = 0, build_failed = 0,
                      destroyed = 0;
    };
    Counters counters;

private:
    friend class Channel;
    friend class OriginCircuit;
    friend class RelayCircuit;
    using Key = std::pair<std::uint64_t, std::uint32_t>;

    void on_frame(Link& link, const FrameView& frame, MutableBytes payload) override;
    void on_link_closed(Link& link) override;
    void on_create(Link& link, std::uint32_t channel, ByteView handshake);
    Result<HopAnswer> answer_create(ByteView handshake);
    void add(Channel& channel);
    void remove(Channel& channel);

    Runtime& runtime_;
    Links& links_;
    std::optional<RelayIdentity> relay_;
    CircuitLimits limits_;
    std::unique_ptr<Rng> rng_;
    WindowBudget windows_;
    EndpointHandler endpoint_;
    ExtensionFilter passes_;
    std::map<Key, Channel*> channels_;
    std::map<std::uint64_t, std::shared_ptr<RelayCircuit>> relayed_;
    std::map<std::uint64_t, std::shared_ptr<OriginCircuit>> own_;
    std::uint64_t next_circuit_ = 1;
    TaskSet tasks_;
};

}  // namespace catacomb::routing
