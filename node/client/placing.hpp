// Placing: "place and witness" for one segment (docs/decisions/0012): what to store through which exit, what
// others must have seen of it, which bodies to read back, when to begin again, and when the segment is in
// the network or is not. An exit's word for what it stored itself counts for nothing; a vault's word counts
// until a body that it signed for does not come through two exits. Takes what happened, gives the next step;
// no job, no circuits, no clock. Pure.
#pragma once

#include <variant>

#include "base/rng.hpp"
#include "node/client/evidence.hpp"
#include "node/client/placing_state.hpp"

namespace catacomb::node {

// Fewer blocks than this and a segment does not count as stored: three quarters of n.
inline unsigned happiness(const storage::Profile& profile) { return (3u * profile.n + 3) / 4; }

class Placing {
public:
    static constexpr std::size_t kSlots = 3;  // exits to choose from, each different
    static constexpr unsigned kStores = 6;
    static constexpr unsigned kTurns = 96;
    // Bodies read of a segment: at least, at most while every vault keeps its word, and once one did not.
    static constexpr unsigned kFewest = 2, kSample = 4, kRaised = 10;

    // Store these, through the exit in that slot.
    struct Store {
        BlockMask blocks = 0;
        std::size_t slot = 0;
    };
    // Ask the exit in that slot which of `blocks` are there, and for the bodies of `bodies`.
    struct Look {
        BlockMask blocks = 0, bodies = 0;
        std::size_t slot = 0;
    };
    struct Done {};
    struct Failed {
        unsigned witnessed = 0;
        bool unread = false;  // there were enough, but too few bodies came
    };
    using Step = std::variant<Store, Look, Done, Failed>;

    // `whole`: k bodies must come, whatever the others of the job are like: for what nothing else vouches
    // for.
    Placing(const storage::SegmentRef& segment, bool whole, std::size_t first_slot);
    explicit Placing(PlacingState state) : state_(std::move(state)) {}

    // What is to be done now. The evidence may have grown since: what is done can be undone by it.
    Step next(const Evidence& evidence, Rng& rng);
    bool is_done(const Evidence& evidence);

    struct SignedFor {
        std::uint8_t index = 0;
        VaultTag vault = 0;
        Time lease_end{};
    };
    // Answers to a Store: what was signed for, nothing when it failed.
    void stored(const routing::NodeId& exit, const std::vector<SignedFor>& given);
    // Answers to a Look: what the exit says is there, and the bodies that came and were verified.
    void looked(const routing::NodeId& exit, const Look& step, BlockMask have, BlockMask bodies,
                Evidence& evidence);
    // A step that came to nothing: the exit could not be reached, or was busy. Another is next.
    void came_to_nothing();
    // Whether that exit's word counts for anything of it.
    bool is_of_use(const routing::NodeId& exit, const Look& step) const;

    // Vaults to leave out when storing.
    std::vector<VaultTag> avoid(const Evidence& evidence) const;
    const PlacingState& state() const { return state_; }

private:
    unsigned n() const { return state_.profile.n; }
    VaultTag vault_of(unsigned index) const { return state_.vaults[index]; }
    BlockMask open_to(const routing::NodeId& exit) const;
    BlockMask stored_by(const routing::NodeId& exit) const;
    std::size_t looking_slot(unsigned which) const;
    void give_up_distrusted(const Evidence& evidence);
    void give_up(BlockMask blocks);
    unsigned bodies_wanted(const Evidence& evidence) const;
    bool has_enough_bodies(const Evidence& evidence) const;
    unsigned sample_size(BlockMask fresh, const Evidence& evidence) const;
    BlockMask choose(BlockMask from, unsigned count, const Evidence& evidence, Rng& rng) const;
    Step store_or_end(const Evidence& evidence) const;
    void doubt(const routing::NodeId& exit, BlockMask denied, BlockMask missed);
    void lose(BlockMask bodies, Evidence& evidence);
    void shun(BlockMask blocks);

    PlacingState state_;
};

}  // namespace catacomb::node
