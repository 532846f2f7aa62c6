// A town of vaults, some of which sign for blocks and drop them, and a few exits: what a Placing is played
// against without any network. Placing steps are carried out at once; a step may be failed.
#pragma once

#include <functional>
#include <map>

#include "crypto/random.hpp"
#include "node/client/placing.hpp"

namespace catacomb::node {

class Town {
public:
    // Every block can go to `reach` vaults that follow its place, one after the other.
    Town(std::uint64_t seed, std::size_t vaults, std::size_t reach)
        : rng(seed), lies(vaults), reach_(reach) {}

    static routing::NodeId exit(std::size_t slot) {
        routing::NodeId out;
        out.bytes[0] = static_cast<std::uint8_t>(slot + 1);
        return out;
    }
    static VaultTag tag(std::size_t vault) { return vault + 1; }

    // Plays until the placing is done or has failed; -1: no end within twice its turns. `fails(step)`: that
    // step comes to nothing. Returns how many steps it took.
    using Fails = std::function<bool(int step)>;
    int play(Placing& placing, Evidence& evidence, const Fails& fails);
    int play(Placing& placing, Evidence& evidence) {
        return play(placing, evidence, [](int) { return false; });
    }

    bool store(Placing& placing, const Placing::Store& step, const Evidence& evidence);
    void look(Placing& placing, const Placing::Look& step, Evidence& evidence);
    // Blocks of the segment that its vaults have.
    BlockMask kept(const Placing& placing) const;

    crypto::SeededRng rng;
    std::vector<bool> lies;
    std::vector<BlockMask> bodies_asked;  // by every look
    std::optional<Placing::Step> last;

private:
    std::optional<VaultTag> taker(const Placing& placing, unsigned index, const Evidence& evidence);
    std::size_t reach_;
    std::map<std::pair<storage::Root, unsigned>, std::size_t> places_;
};

inline std::optional<VaultTag> Town::taker(const Placing& placing, unsigned index, const Evidence& evidence) {
    const auto avoid = placing.avoid(evidence);
    const auto [place, fresh] = places_.try_emplace({placing.state().root, index}, 0);
    if (fresh) place->second = rng.below(lies.size());
    for (std::size_t i = 0; i < reach_; ++i) {
        const auto vault = tag((place->second + i) % lies.size());
        if (std::find(avoid.begin(), avoid.end(), vault) == avoid.end()) return vault;
    }
    return std::nullopt;
}

inline bool Town::store(Placing& placing, const Placing::Store& step, const Evidence& evidence) {
    std::vector<Placing::SignedFor> given;
    for (unsigned i = 0; i < placing.state().profile.n; ++i) {
        if (!(step.blocks & bit(i))) continue;
        if (const auto vault = taker(placing, i, evidence))
            given.push_back({static_cast<std::uint8_t>(i), *vault, Time(hours(1000 + i))});
    }
    placing.stored(exit(step.slot), given);
    return !given.empty();
}

inline BlockMask Town::kept(const Placing& placing) const {
    BlockMask out = 0;
    for (unsigned i = 0; i < placing.state().profile.n; ++i) {
        if ((placing.state().placed & bit(i)) && !lies[placing.state().vaults[i] - 1]) out |= bit(i);
    }
    return out;
}

inline void Town::look(Placing& placing, const Placing::Look& step, Evidence& evidence) {
    bodies_asked.push_back(step.bodies);
    placing.looked(exit(step.slot), step, step.blocks, step.bodies & kept(placing), evidence);
}

inline int Town::play(Placing& placing, Evidence& evidence, const Fails& fails) {
    for (int steps = 0; steps < 2 * static_cast<int>(Placing::kTurns); ++steps) {
        last = placing.next(evidence, rng);
        if (const auto* to_store = std::get_if<Placing::Store>(&*last)) {
            if (fails(steps)) {
                placing.stored(exit(to_store->slot), {});
            } else {
                store(placing, *to_store, evidence);
            }
        } else if (const auto* to_look = std::get_if<Placing::Look>(&*last)) {
            if (fails(steps)) {
                placing.came_to_nothing();
            } else {
                look(placing, *to_look, evidence);
            }
        } else {
            return steps;
        }
    }
    return -1;
}

inline storage::SegmentRef segment_number(std::size_t number, storage::Profile profile) {
    storage::SegmentRef out;
    out.profile = profile;
    store_le(MutableBytes(out.root.bytes).first(8), number);
    return out;
}

}  // namespace catacomb::node
