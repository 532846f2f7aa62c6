// Fingers: far relays in the table, by which a lookup comes near its target in few steps (Chord;
// docs/spec/ring.md 4). One finger a round, from the farthest to those that the successor list covers. A
// challenger drawn from the finger's span takes its place when its round trip is shorter, so fingers drift
// towards near relays (proximity neighbour selection). Pure.
#pragma once

#include "base/rng.hpp"
#include "routing/ring/table.hpp"

namespace catacomb::routing {

// Ids from `start` up to `end`, clockwise: those of the finger of that bit.
struct FingerSpan {
    std::size_t bit = 0;
    RingId start, end;

    bool has(const NodeId& id) const { return distance(start, id) < distance(start, end); }
};

class FingerTurns {
public:
    // nullopt: all that the list does not cover have had their turn, and it begins anew.
    std::optional<FingerSpan> next(const Table& table);

private:
    std::size_t turn_ = 0;
};

// One finger's round: ask() names the relay whose round trip is wanted next (null: it is over).
class FixFinger {
public:
    // `candidates`: live relays at and after the span's start. Those beyond its end do not count.
    FixFinger(Table& table, const FingerSpan& span, std::vector<DescriptorPtr> candidates, Rng& rng);
    const DescriptorPtr& ask() const { return asked_; }
    void answered(Duration round_trip);
    void gone();

private:
    bool asks_holder() const { return holder_ && asked_->id == holder_->id; }
    void end(DescriptorPtr finger);

    Table& table_;
    std::size_t bit_;
    DescriptorPtr asked_, challenger_, holder_;
    Duration challengers_{};
};

}  // namespace catacomb::routing
