// Paths: chooses the relays of this node's own circuits and builds them (docs/spec/onion.md 7): guards that
// stay, relays in different networks, local avoidance of those that failed lately. Nothing of what failed is
// told to others.
#pragma once

#include <algorithm>

#include "node/circuits/build_times.hpp"
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
        // Whether the last exchange of gossip brought nothing new.
        std::function<bool()> settled = [] { return true; };
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

    // To `last` by way of `first`, once, made with the newest keys that are known, whoever has shown them: to
    // ask for what others have seen of them.
    Task<Result<CircuitPtr>> build_unwitnessed(routing::NodeId first, routing::NodeId last, Time deadline);

    // Whether a circuit of that many hops could be built now, without building it; the error names the count.
    // Code::busy: not yet, the network is being learnt.
    Result<> enough_relays(std::size_t hops);
    bool has_guard() const { return !guards_.saved().first.empty(); }
    bool is_settled() const { return parts_.settled(); }
    // A guard is there. What is chosen for months is not chosen from what came first.
    bool has_learnt() const;
    // As much of a view as guards are chosen from.
    static bool is_most(std::size_t part, std::size_t whole) {
        // One that nobody else will confirm holds up no small network.
        return whole - part <= std::max<std::size_t>(whole / 10, 2);
    }
    // Relays whose keys are agreed on, and those known.
    struct Learnt {
        std::size_t agreed = 0, known = 0;
    };
    Learnt learnt() const;
    // The relays whose links this node uses for itself: where a client may talk at all.
    std::vector<routing::DescriptorPtr> guards();

    // A circuit that was built was used, and served, or ended or fell silent before it had.
    void used(const CircuitPtr& circuit, bool served);

    routing::GuardState& guard_state() { return guards_; }
    // How many are left for failing far more circuits than another, for status.
    std::size_t guards_left() const { return bias_.left(parts_.runtime.now()); }
    // Median of the last build times, for status.
    std::optional<Duration> typical_build_time() const { return build_times_.typical(); }

private:
    routing::PathRequest client_request() const;
    Task<Result<CircuitPtr>> build(routing::PathRequest request, Time deadline);
    Result<std::vector<routing::DescriptorPtr>> choose(const routing::PathRequest& request);
    using Relays = std::vector<routing::DescriptorPtr>;
    Result<Relays> choose_from(const Relays& known, const routing::PathRequest& request);
    std::vector<routing::PathRelay> candidates(const Relays& relays,
                                               const routing::PathRequest& request) const;
    routing::PathRelay to_path_relay(const routing::Descriptor& relay) const;
    std::size_t others() const;
    bool needs_witnesses() const;
    Relays usable(routing::View::Suspects suspects) const;
    bool may_choose_guards(Time now);
    void refresh_guards();
    Error not_yet(const Error& no_path) const;
    void blame(const std::vector<routing::DescriptorPtr>& path, std::size_t failed_hop);
    void weigh(const std::vector<routing::DescriptorPtr>& path, std::size_t failed_hop);
    void tell_if(bool guard_left);
    void heard_of_first(const routing::Descriptor& relay, const Error& failure, Time asked);
    std::vector<routing::NodeId> avoided(std::size_t most);

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    routing::GuardState guards_;
    routing::PathBias bias_;
    std::map<routing::NodeId, Time> avoid_until_;
    BuildTimes build_times_;
    std::optional<Time> most_since_;  // keys of nearly all relays that are known have been agreed on
};

}  // namespace catacomb::node
