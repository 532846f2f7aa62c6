// PlacingState: how far one segment has come on its way into the network, as a value that can be kept: who
// signed for which block, through which exit, and what of it was seen by others. Some 800 bytes for a
// segment of 60 blocks. Pure.
#pragma once

#include "base/time.hpp"
#include "node/protocol/block_name.hpp"
#include "node/protocol/vault_tag.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

struct PlacingState {
    struct Stored {
        routing::NodeId exit;
        BlockMask blocks = 0;  // that it says it stored
        auto operator<=>(const Stored&) const = default;
    };

    storage::Root root;
    storage::Profile profile;
    bool whole = false;             // k bodies are read back, not a sample
    std::uint8_t first_slot = 0;    // the exit that the first try goes through
    std::vector<VaultTag> vaults;   // n of them: who signed for each block
    std::vector<Stored> stored;     // distinct by exit
    std::vector<VaultTag> shunned;  // vaults that signed for a block of this segment which two exits deny
    BlockMask placed = 0;           // signed for, and not given up since
    BlockMask witnessed = 0;        // of them: seen through an exit that did not store them
    BlockMask denied = 0;           // of them: one exit did not find them
    BlockMask missed = 0;           // of them: the body did not come through one exit
    BlockMask read = 0;             // of those witnessed: the body came
    routing::NodeId doubter;        // the exit that denied or missed
    std::uint32_t lost = 0;         // bodies that did not come through two exits
    std::uint32_t stores = 0;       // tries to store
    std::uint32_t turns = 0;        // steps of all kinds
    std::uint32_t shift = 0;        // looks that led to nothing since the last store
    Time lease_end = kNever;        // the earliest that was granted

    bool operator==(const PlacingState&) const = default;

    Bytes encode() const;
    // Code::malformed unless it is what encode() writes of a state that can be.
    static Result<PlacingState> decode(ByteView bytes);
};

}  // namespace catacomb::node
