// Paths: chooses the relays of this node's own circuits and builds them (docs/spec/onion.md 7): guards that
// stay, relays in different networks, local avoidance of those that failed lately. Nothing of what failed is
// told to others.
#pragma once

#include "routing/membership/view.hpp"
#include "routing/onion/guards.hpp"
#include "routing/onion/origin_circuit.hpp"
#include "routing/onion/path.hpp"
#include "routing/onion/path_bias.hpp"

namespace catacomb::node {

using routing::Runtime;
using routing::Task;
using CircuitPtr = std::shared_ptr<routing::OriginCircuit>;

inline constexpr std::size_t kClientHops = 3;
inline constexpr std::size_t kVaultHops = 4;

class Paths {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::Circuits& circuits;
        routing::NodeId self;                   // zero on a client
        std::size_t client_hops = kClientHops;  // fewer only in test builds of the audit
        std::size_t vault_hops = kVaultHops;
    };
    explicit Paths(Parts parts);

    // Guard, middle, exit. It ends at none of `avoid_exits` while there is another; where there is none, the
    // first of them are given up first. Tries other relays until the deadline. Code::too_few_relays when the
    // network is too small: that does not change by trying.
    Task<Result<CircuitPtr>> build_client(std::vector<routing::NodeId> avoid_exits, Time deadline);
    // Guard, middle, that exit. Code::unreachable: the exit is known and does not answer.
    Task<Result<CircuitPtr>> build_client_to(routing::NodeId exit, Time deadline);
    // Guard, second-layer guard, fresh middle, the rendezvous. The rendezvous may be this very node.
    Task<Result<CircuitPtr>> build_vault(routing::DescriptorPtr rendezvous, Time deadline);

    // Whether a circuit of that many hops could be built now, without building it; the error names the count.
    Result<> enough_relays(std::size_t hops);
    // The relays whose links this node uses for itself: where a client may talk at all.
    std::vector<routing::DescriptorPtr> guards();

    // A circuit that was built was used, and served, or ended or fell silent before it had.
    void used(const CircuitPtr& circuit, bool served);

    routing::GuardState& guard_state() { return guards_; }
    // How many are left for failing far more circuits than another, for status.
    std::size_t guards_left() const { return bias_.left(parts_.runtime.now()); }
    // Median of the last build times, for status.
    std::optional<Duration> typical_build_time() const;

private:
    routing::PathRequest client_request() const;
    Task<Result<CircuitPtr>> build(routing::PathRequest request, Time deadline);
    Result<std::vector<routing::DescriptorPtr>> choose(const routing::PathRequest& request);
    Result<std::vector<routing::DescriptorPtr>> choose_from(const std::vector<routing::DescriptorPtr>& known,
                                                            const routing::PathRequest& request);
    std::vector<routing::PathRelay> candidates(const std::vector<routing::DescriptorPtr>& relays,
                                               const routing::PathRequest& request) const;
    void blame(const std::vector<routing::DescriptorPtr>& path, std::size_t failed_hop);
    void weigh(const std::vector<routing::DescriptorPtr>& path, std::size_t failed_hop);
    void tell_if(bool guard_left);
    void heard_of_first(const routing::Descriptor& relay, const Error& failure, Time asked);
    std::vector<routing::NodeId> avoided(std::size_t most);
    Duration attempt_limit() const;

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    routing::GuardState guards_;
    routing::PathBias bias_;
    std::map<routing::NodeId, Time> avoid_until_;
    std::deque<Duration> build_times_;
};

}  // namespace catacomb::node
