// Lookup: finds the owner of a target, iteratively, over up to d disjoint paths (docs/spec/ring.md 4).
// Answers carry signed descriptors, so a liar can only leave relays out; the closest live member that anybody
// named wins. Pure: ask() gives the relays to query now, answered() and gone() take what came of it. Also
// find_step: how a member answers one step.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "routing/membership/view.hpp"
#include "routing/ring/messages.hpp"
#include "routing/ring/table.hpp"

namespace catacomb::routing {

class Lookup {
public:
    struct Start {
        RingId target;
        std::size_t count = 1;
        unsigned paths = 1;
        std::vector<DescriptorPtr>
            before;  // known relays before the target: the starts of paths, the closest first
        std::vector<DescriptorPtr>
            after;  // known relays at or after the target: owners, unless somebody knows a closer one
        double ring_size = 1;  // estimated; what makes a gap implausible
    };
    explicit Lookup(Start start);

    // What to ask them all: for a few owners more than wanted, since some may be gone.
    FindStep step() const;
    // Relays to query now, each handed out once. Empty while all are under way, or when done().
    std::vector<DescriptorPtr> ask();
    void answered(const NodeId& peer, const FindAnswer& answer);
    void gone(const NodeId& peer);
    bool done() const { return stage_ == Stage::done; }
    // Requires: done(). The owner and those that follow it, at most `count`. Code::unreachable when nobody
    // answered.
    Result<std::vector<DescriptorPtr>> result() const;
    std::size_t queries() const { return asked_.size(); }

private:
    enum class Stage { assumed_owner, paths, owners, done };
    struct Path {
        std::map<RingId, DescriptorPtr> frontier;  // by distance to the target
        std::optional<NodeId> waiting_for;
        bool ended = false;
    };

    void step_path(Path& path, std::vector<DescriptorPtr>& out);
    void step_owner(std::vector<DescriptorPtr>& out);
    bool resume_paths();
    void take_owners(const std::vector<DescriptorPtr>& owners);
    bool plausible(const NodeId& owner) const;
    bool paths_over() const;
    void finish() { stage_ = Stage::done; }

    Start start_;
    Stage stage_;
    std::vector<Path> paths_;
    std::size_t next_start_ = 0;
    std::map<RingId, DescriptorPtr> owners_;             // by distance from the target, without those gone
    std::map<NodeId, std::vector<DescriptorPtr>> live_;  // owners that answered, with the list each gave
    std::set<NodeId> asked_;
    std::set<NodeId> gone_;
    std::optional<NodeId> waiting_for_;  // an owner
};

// Up to kMaxFindCloser relays before the target that `table` and `view` know, and the owners where we know
// them.
FindAnswer find_step(const Table& table, const View& view, const FindStep& step, Time now,
                     std::size_t most_closer = kMaxFindCloser);

}  // namespace catacomb::routing
