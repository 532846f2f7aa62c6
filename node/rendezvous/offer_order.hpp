// OfferOrder: which vault of a rendezvous is offered a block next, and how. First one that has this very
// block: its lease is renewed, and no second copy is made. Then one that has no block of the segment; when
// all have, the one with the fewest, the best by weighted rendezvous hashing among equals. Pure: candidates
// and answers go in, offers come out.
#pragma once

#include <optional>
#include <vector>

#include "node/protocol/block_name.hpp"
#include "routing/rendezvous/registry.hpp"

namespace catacomb::node {

struct Candidate {
    routing::RegisteredVault vault;
    bool holds = false;     // this very block
    unsigned siblings = 0;  // of the segment: stores and refusals that went through here
    bool full = false;      // when it was last offered a block
    bool unsound = false;   // its last word did not hold
};

class OfferOrder {
public:
    struct Offer {
        routing::RegisteredVault vault;
        bool avoid_siblings = false, body_follows = false, lease_only = false;
    };
    // `relays`: how many this one knows.
    struct Terms {
        std::size_t relays = 0;
        bool lease_only = false;
        Time give_up{};
    };
    OfferOrder(const storage::BlockId& block, std::vector<Candidate> candidates, Terms terms);

    // nullopt: nobody is left, or the time is up.
    std::optional<Offer> next(Time now);
    // The last offer's vault has a sibling: it may be asked once more when nobody without one takes the
    // block. Whoever gave another answer, or none, is not asked again.
    void declined_for_sibling() { may_ask_again_ = true; }
    void declined_for_room() { lacks_room_ = true; }
    // Nobody took it: Code::full when some of them had no room, else refused; not_found when it was about a
    // lease.
    Code nobodys_word() const;

private:
    void settle_last();
    std::optional<Offer> next_of_round();
    bool suits(const Candidate& candidate) const;

    std::vector<Candidate> ranked_;
    std::vector<bool> done_;
    Terms terms_;
    bool avoid_siblings_;
    std::size_t at_ = 0, offers_ = 0;
    std::optional<std::size_t> last_;
    bool may_ask_again_ = false, lacks_room_ = false;
};

}  // namespace catacomb::node
