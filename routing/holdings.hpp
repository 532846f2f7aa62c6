// Holdings: the memory that a node lends to what passes through it (frames that cannot leave yet, messages
// that nobody has read), under one maximum for all of it (LinkLimits::transit_bytes). Whoever holds some is a
// Holder. What a holder takes in first it is expected to let go first. It gets its place, at the end, when it
// begins to hold something, and again when it has let go of all that it held at its last place: in front is
// who takes longest to turn over what it holds. When all of them together hold too much, the front is cut
// off: what moves is left alone, and who makes much wait and takes little of it goes first
// (docs/decisions/0011). Every operation but make_room() takes constant time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>

#include "base/check.hpp"

namespace catacomb::routing {

class Holder {
public:
    Holder() = default;
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

protected:
    // Requires: it holds nothing.
    virtual ~Holder() { CHECK(held_ == 0); }

private:
    friend class Holdings;
    // Gives up all that it holds; may destroy it. Called from the event loop, never from inside a circuit.
    virtual void cut_off() = 0;

    std::size_t held_ = 0;  // bytes
    std::size_t owed_ = 0;  // of those that it held when it got its place
    // Its node of the list, which is here while it holds nothing.
    std::list<Holder*> node_{this};
    const std::list<Holder*>::iterator place_ = node_.begin();
};

class Holdings {
public:
    // `over`: called when more than `most` bytes are held, once until make_room().
    Holdings(std::size_t most, std::function<void()> over) : most_(most), over_(std::move(over)) {}

    void hold(Holder& holder, std::size_t bytes) {
        if (bytes == 0) return;
        if (holder.held_ == 0) {
            list_.splice(list_.end(), holder.node_);
            holder.owed_ = bytes;
        }
        holder.held_ += bytes;
        held_ += bytes;
        if (held_ <= most_ || told_) return;
        told_ = true;
        over_();
    }
    void release(Holder& holder, std::size_t bytes) {
        CHECK(bytes <= holder.held_);
        if (bytes == 0) return;
        holder.held_ -= bytes;
        held_ -= bytes;
        holder.owed_ -= std::min(holder.owed_, bytes);
        if (holder.held_ == 0) {
            holder.node_.splice(holder.node_.end(), list_, holder.place_);
        } else if (holder.owed_ == 0) {
            list_.splice(list_.end(), list_, holder.place_);
            holder.owed_ = holder.held_;
        }
    }
    // Returns how much it was.
    std::size_t release_all(Holder& holder) {
        const auto all = holder.held_;
        release(holder, all);
        return all;
    }

    // Cuts off from the front until what they held is as much as was too much. (What their end costs, a
    // DESTROY each, is not counted against others: it leaves with this turn.)
    void make_room() {
        told_ = false;
        const auto excess = held_ - std::min(held_, most_);
        for (std::size_t freed = 0; freed < excess && !list_.empty(); ++cut_off_) {
            auto* first = list_.front();
            freed += first->held_;
            first->cut_off();
            CHECK(list_.empty() || list_.front() != first);
        }
    }

    std::size_t held() const { return held_; }
    std::uint64_t cut_off() const { return cut_off_; }  // how many were

private:
    std::size_t most_, held_ = 0;
    std::function<void()> over_;
    bool told_ = false;
    std::list<Holder*> list_;
    std::uint64_t cut_off_ = 0;
};

}  // namespace catacomb::routing
