// SecondOpinion: a client's view is what its guard tells it. So it asks another relay too, drawn anew each
// time, through a circuit: what both show is agreed on (routing/membership/view), and what the guard leaves
// out comes that way (docs/spec/membership.md 3). Only relays are asked by name of nothing: the exchange is
// over whole views. One thread.
#pragma once

#include "node/circuits/paths.hpp"
#include "routing/membership/exchange.hpp"

namespace catacomb::node {

// When to ask again, by how things stand. Pure.
class OpinionPace {
public:
    // `waiting` relays are not agreed on; `has_guard`: no guard is waiting for that; `ended`: when the last
    // exchange was over.
    Time next(std::size_t waiting, bool has_guard, Time ended) const;
    void asked(bool answered) { failures_ = answered ? 0 : std::min(failures_ + 1, 5u); }

private:
    unsigned failures_ = 0;  // in a row
};

class SecondOpinion {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::Intake& intake;
        Paths& paths;
        // With whom this node has links, and whose word it has already.
        std::function<std::vector<routing::DescriptorPtr>()> partners;
    };
    explicit SecondOpinion(Parts parts);

    void start() { tasks_.spawn(run()); }
    Task<void> drained() { return tasks_.drained(); }

private:
    Task<void> run();
    enum class Outcome { nobody_to_ask, no_answer, answered };
    Task<Outcome> ask();
    routing::DescriptorPtr choose(const routing::NodeId& way);

    Parts parts_;
    std::unique_ptr<Rng> rng_;
    OpinionPace pace_;
    routing::NodeId last_;  // whom we asked
    routing::TaskSet tasks_;
};

// The other side: answers one GossipRequest that came by a circuit. Whoever comes that way pushes nothing.
Task<void> serve_opinion(const routing::View& view, routing::CircuitStreamPtr stream, Bytes request);

}  // namespace catacomb::node
