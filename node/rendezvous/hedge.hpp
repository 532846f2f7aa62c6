// Hedge: whom a fetch asks when, of the vaults that say they have the block: at first one; another one for
// each that has it not; and whenever nothing came for as long as answers take, as many again as were asked.
// So those who are silent, however many they are, cost a few round trips. Pure: time comes in.
#pragma once

#include <vector>

#include "base/time.hpp"

namespace catacomb::node {

class Hedge {
public:
    // The sessions of the vaults, the best first.
    explicit Hedge(std::vector<std::uint64_t> vaults) : vaults_(std::move(vaults)) {}

    // Whom to ask now. `patience`: how long an answer may take before it is late.
    std::vector<std::uint64_t> next(Time now, Duration patience);
    // One who was asked has it not, or will not answer any longer.
    void failed();
    // When next() may say more, failures aside.
    Time wake() const { return at_ < vaults_.size() ? late_ : kNever; }
    // Nobody is asked, and nobody is left.
    bool is_over() const { return waiting_ == 0 && at_ == vaults_.size(); }

private:
    std::vector<std::uint64_t> vaults_;
    std::size_t at_ = 0, waiting_ = 0;
    std::size_t wanted_ = 1;  // to be asked at once
    Time late_ = kNever;
};

}  // namespace catacomb::node
