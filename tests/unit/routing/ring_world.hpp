// RingWorld: many ring machines on virtual time, with messages that take a random while: the pure cores of
// routing/ring driven as the Ring driver drives them, without descriptors' cryptography, so that a thousand
// schedules run in seconds. Relays are known by id only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/rng.hpp"
#include "routing/ring/pace.hpp"
#include "routing/ring/stabilize.hpp"
#include "tools/sim/oracles/ring_oracle.hpp"

namespace catacomb::tests {

using routing::DescriptorPtr;
using routing::NodeId;

// A relay that is nothing but its id.
DescriptorPtr bare_relay(const NodeId& id);

class RingWorld {
public:
    struct Options {
        std::size_t r = 3;
        Duration longest_latency = milliseconds(50);
        // Relays learn of each other this long after a birth; never: a joiner knows three random members
        // only.
        std::optional<Duration> view_lag;
    };
    RingWorld(Options options, Rng& rng) : options_(options), rng_(rng) {}

    // Members 0..n with ideal pointers.
    void found(std::size_t n);
    // A relay that starts now and joins. Returns its id.
    NodeId add();
    void crash(const NodeId& id);
    // Whether every other member would still have a live entry, which Zave's proof takes for granted.
    bool may_crash(const NodeId& id) const;

    // Runs the next event; false when it would come after `limit`.
    bool step(Time limit);
    void run_until(Time limit) {
        while (step(limit)) {
        }
    }
    Time now() const { return now_; }

    sim::RingMembers members() const;
    std::size_t joining() const;
    std::size_t live() const { return nodes_.size(); }
    const routing::Table& table(const NodeId& id) const { return *nodes_.at(id)->table; }

private:
    struct Node {
        DescriptorPtr self;
        Time born{};
        std::unique_ptr<routing::Table> table;
        std::unique_ptr<routing::Join> join;
        std::unique_ptr<routing::Stabilize> round;
        std::unique_ptr<routing::Rectify> rectify;
        routing::Pace pace;
        std::set<NodeId> suspects;
        bool joined = false;
    };
    using NodePtr = std::shared_ptr<Node>;
    using Answer = std::function<void(const routing::RingState*)>;  // null: gone

    NodePtr make(const NodeId& id);
    NodePtr find(const NodeId& id) const;
    void at(Time when, std::function<void()> what) { events_.emplace(when, std::move(what)); }
    Time later() {
        return now_ + Duration(1 + rng_.below(static_cast<std::uint64_t>(options_.longest_latency.count())));
    }
    void query(const NodePtr& from, const DescriptorPtr& to, Answer then);
    void notify(const NodePtr& from, const DescriptorPtr& to);
    void begin_join(const NodePtr& node);
    void go_on_joining(const NodePtr& node);
    void begin_round(const NodePtr& node);
    void go_on_with_round(const NodePtr& node);
    bool may_found(const NodePtr& node) const;
    routing::Candidates candidates(const NodePtr& node);
    std::vector<DescriptorPtr> visible(const NodePtr& node) const;  // clockwise from it

    Options options_;
    Rng& rng_;
    Time now_{};
    std::multimap<Time, std::function<void()>> events_;
    std::map<NodeId, NodePtr> nodes_;                        // live
    std::map<NodeId, std::pair<DescriptorPtr, Time>> born_;  // ever
};

}  // namespace catacomb::tests
