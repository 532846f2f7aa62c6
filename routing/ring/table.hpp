// Table: one relay's place on the ring: predecessor, successor list, fingers (Chord; docs/spec/ring.md 1).
// Pure. The successor list is always strictly clockwise from here and never contains ourselves, whatever
// peers say, so in a ring of N it holds at most min(r, N - 1).
#pragma once

#include <functional>
#include <map>

#include "routing/descriptor.hpp"
#include "routing/ring/id.hpp"

namespace catacomb::routing {

class Table {
public:
    using Relays = std::vector<DescriptorPtr>;

    Table(DescriptorPtr self, std::size_t r) : self_(std::move(self)), r_(r) {}

    const DescriptorPtr& self() const { return self_; }
    const NodeId& id() const { return self_->id; }
    const DescriptorPtr& predecessor() const { return predecessor_; }  // null when unknown
    const Relays& successors() const { return successors_; }
    DescriptorPtr successor() const { return successors_.empty() ? nullptr : successors_.front(); }
    const std::map<std::size_t, DescriptorPtr>& fingers() const { return fingers_; }  // by bit
    std::size_t r() const { return r_; }

    // Puts the newest descriptor of each relay in the place of the one we hold; `newest` gives null when it
    // knows none.
    void refresh(const std::function<DescriptorPtr(const NodeId&)>& newest);
    // [head] + the head's own list, cut at r and where it stops running clockwise (at ourselves, in a small
    // ring).
    void adopt(const DescriptorPtr& head, const Relays& heads_list);
    // A member that has just answered takes its place in the list.
    void insert(const DescriptorPtr& member);
    void set_predecessor(DescriptorPtr relay);
    void set_finger(std::size_t bit, DescriptorPtr relay);
    // The relay is gone: out of the list, the fingers and the predecessor's place.
    void drop(const NodeId& id);

    // `relay` lies strictly between us and our successor (between us and us, when there is none).
    bool improves_successor(const NodeId& relay) const;
    // Those of `known` that would stand in our list if they were members, and do not.
    Relays missing(const Relays& known) const;
    // We are the first at or after `target`, as far as our predecessor tells. A relay that knows no other
    // owns all.
    bool owns(const RingId& target) const;
    // How many relays the ring has, by how far our successor list reaches.
    double estimated_size() const;
    // Grows with each change of predecessor or successor list.
    std::uint64_t version() const { return version_; }

private:
    void set_successors(Relays list);

    DescriptorPtr self_;
    std::size_t r_;
    DescriptorPtr predecessor_;
    Relays successors_;
    std::map<std::size_t, DescriptorPtr> fingers_;
    std::uint64_t version_ = 0;
};

}  // namespace catacomb::routing
