// Gather: which relay is asked for which block of a segment, and when, until enough blocks are there: "k of
// n" for a fetch, all that are wanted for a store or a have. Each block has a list of relays, which are asked
// one after the other; what is late is replaced by another request, within a budget; what could not be had is
// tried once more while there is hope. Pure: answers and the time come in, requests and the next deadline go
// out. It knows no message and no body: an exit drives it (node/exit/errand), and so can whoever repairs a
// segment.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "base/time.hpp"
#include "node/protocol/block_name.hpp"
#include "routing/identity.hpp"

namespace catacomb::node {

class Gather {
public:
    // What an answer means for one block.
    enum class Word {
        here,    // delivered, placed, or known to be there
        no,      // not at this relay
        away,    // a vault that has it is away
        busy,    // the relay refuses for load
        failed,  // no answer, or one that does not hold
    };

    struct Plan {
        BlockMask want = 0;  // blocks that would do
        unsigned need = 0;   // how many of them
        unsigned ahead =
            0;  // asked for beside those that are needed, from the start; twice as many after a silence
        unsigned at_once = 64;  // blocks at work, whatever is needed
        unsigned budget = 0;    // blocks asked for once more, in all, because an answer is late
        bool shared = false;    // one request to a relay is for all blocks of which it is the next to ask
        bool widely = false;    // and then for all others that it may know of
        bool insist = false;    // go round again over what nobody could serve, while some of it is there
        // When no block came for so long, or for so many times the patience if that is less, what is under
        // way counts as lost.
        Duration silence{};
        int patiences = 0;   // 0: only `silence` counts
        Duration absence{};  // for which a relay may wait for a vault, from the second round on
        Time deadline{};
    };

    struct Ask {
        std::uint32_t id = 0;
        routing::NodeId relay;
        BlockMask blocks = 0;
        bool patient = false;  // wait for vaults that are away
    };
    struct Step {
        BlockMask locate = 0;  // whose relays are to be named: located()
        std::vector<Ask> asks;
        bool over = false;
        Time wake = kNever;  // when to come again, if no answer comes before
    };
    struct Outcome {
        BlockMask here = 0, away = 0, missing = 0;
    };

    explicit Gather(const Plan& plan);

    // What is to be done now. `patience`: how long an answer may take before it is late.
    Step next(Time now, Duration patience);
    // The relays to ask for a block, the best first; none: it could not be found out.
    void located(unsigned block, std::vector<routing::NodeId> relays, Time now);
    // One word for each block of that request, in ascending order. Returns the blocks that it completed;
    // those that came twice, or when there was enough, are not among them.
    BlockMask answered(std::uint32_t ask, const std::vector<Word>& words, Time now);
    // Whoever wanted it is gone.
    void stop() { stopped_ = true; }

    Outcome outcome() const;
    bool enough() const { return count_of(outcome_.here) >= plan_.need; }
    bool refused_for_load() const { return busy_; }

private:
    struct Block {
        std::vector<routing::NodeId> relays;
        std::uint64_t asked = 0;  // bit j: relays[j], in this round
        unsigned awaited = 0;     // requests that are not answered
        unsigned counted_on = 0;  // those of them that are not taken for lost
        unsigned round = 0;
        Time ready_at{};
        bool located = false, at_work = false, over = false;
        bool away = false, busy = false;  // somebody said so in this round

        // The next relay to ask, or relays.size().
        std::size_t next_relay() const;
    };
    struct Request {
        Ask ask;
        Time asked_at{}, due{};
        bool lost = false;
    };

    template <class Act>
    static void each(BlockMask blocks, Act act) {
        for (; blocks; blocks &= blocks - 1) act(static_cast<unsigned>(__builtin_ctzll(blocks)));
    }

    bool over(Time now) const;
    void lose_what_is_late(Time now, Duration patience);
    void lose(Request& request);
    bool can_replace(const Request& request, BlockMask waiting) const;
    BlockMask startable(Time now) const;
    unsigned at_work() const;
    void start_blocks(Time now);
    void ask_relays(Time now, Duration patience, std::vector<Ask>& out);
    void add_request(const routing::NodeId& relay, BlockMask blocks, Time now, Duration patience,
                     std::vector<Ask>& out);
    BlockMask known_at(const routing::NodeId& relay) const;
    void end_round(unsigned index, Time now);
    Time wake(Time now, Duration patience) const;
    Time late_at(const Request& request, Duration patience) const;
    Time lost_at(const Request& request, Duration patience) const;
    bool has_hope() const { return outcome_.here != 0 || outcome_.away != 0; }

    Plan plan_;
    std::array<Block, 64> blocks_;
    std::map<std::uint32_t, Request> requests_;  // not answered; the oldest first
    std::uint32_t next_id_ = 1;
    Outcome outcome_;
    Time heard_at_{};      // the last block, or when there began to be something to wait for
    unsigned hushes_ = 0;  // how often in a row something was late: each time it is waited twice as long
    unsigned spent_ = 0;   // of the budget
    bool busy_ = false, stopped_ = false;
};

}  // namespace catacomb::node
