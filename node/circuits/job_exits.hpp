// JobExits: at which relays the circuits of one job end (docs/spec/onion.md 7). A slot keeps its exit while
// that serves, however often a circuit to it breaks: who breaks circuits does not thereby choose the next
// exit. The exits of a job are few however long it runs; when all have been had, those that were left are
// tried again. Pure.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "routing/identity.hpp"

namespace catacomb::node {

inline constexpr std::size_t kExitsPerJob = 3;  // at a time

struct ExitWish {
    std::optional<routing::NodeId> exit;  // this one and no other
    std::vector<routing::NodeId> avoid;   // else none of these, while there is another
};

class JobExits {
public:
    static constexpr std::size_t kInAll = 9;    // different ones, over the life of a job
    static constexpr unsigned kMostBroken = 2;  // circuits in a row, before the exit is left
    // And in all: an exit that ends each circuit when it has served gets to know as many middles as it likes,
    // and one of its friends among them our guard.
    static constexpr unsigned kMostEnded = 10;
    static constexpr unsigned kMostStalls = 2;  // in a row; of an exit that never served, one

    // Where a new circuit for that slot is to end.
    ExitWish wish(std::size_t slot) const;
    // It was built, and ends there.
    void ends_at(std::size_t slot, const routing::NodeId& exit);
    // None could be built to that one, which was wished for.
    void not_reached(std::size_t slot, const routing::NodeId& exit);

    void served(std::size_t slot);
    // The circuit ended, by whose fault nobody knows.
    void broke(std::size_t slot);
    // It fell silent in the middle of a request. What stalls may be what was asked for. True: the exit is
    // left.
    bool stalled(std::size_t slot);
    // The exit itself is at fault.
    void leave(std::size_t slot);

private:
    struct Slot {
        std::optional<routing::NodeId> exit;
        unsigned broken = 0, stalls = 0;  // since it last served
        unsigned ended = 0;               // circuits, in all
    };
    std::size_t had() const;

    std::array<Slot, kExitsPerJob> slots_;
    std::deque<routing::NodeId> left_;  // who was left longest ago is first
};

}  // namespace catacomb::node
