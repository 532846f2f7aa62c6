// Files that are inserted while a share of the vaults lies: signs for blocks and drops them, or fails to read
// what it holds. After each insert another node reads the file, with the liars still lying. One seed is one
// run.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"

namespace catacomb::sim {

struct LiarsInsertOptions {
    std::uint64_t seed = 1;
    std::size_t nodes = 16;  // relays, each with a vault
    std::size_t files = 20;  // every other one of several segments
    double share = 0.3;      // of the vaults, drawn anew for each file, to the next whole one
    std::function<void(const std::string& line)> say;
};

struct LiarsInsertOutcome {
    std::size_t succeeded = 0;  // inserts that said so
    std::size_t false_successes = 0;
    std::size_t given_up = 0;
    std::uint64_t bodies_asked = 0, bodies_read = 0;  // of the inserts that succeeded
    std::string trouble;                              // the network itself failed
};

LiarsInsertOutcome run_liars_insert(const LiarsInsertOptions& options);

}  // namespace catacomb::sim
