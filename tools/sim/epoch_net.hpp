// EpochNet: a network that outlives its proofs of work (tools/prove epochs). Relays with vaults run for some
// epochs, each is restarted once in each epoch, and files that went in at the beginning are read all the
// time: every one must come back equal, no id may change and no block may move. One seed is one run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/hash.hpp"

namespace catacomb::sim {

struct EpochNetOptions {
    std::uint64_t seed = 1;
    std::size_t relays = 100;  // at least 10
    std::size_t files = 20;
    std::size_t epochs = 3;
    Duration epoch = hours(6);
    Duration read_every = minutes(20);  // each file
    // The planted fault: a node that starts in a new epoch founds its identity anew, as if ids held what is
    // renewed.
    bool ids_hold_tickets = false;
    std::function<void(const std::string& line)> say;  // what happens, a line each
};

struct EpochNetOutcome {
    std::size_t inserted = 0;
    std::size_t reads = 0;  // that came back equal
    std::size_t unreadable = 0;
    std::size_t restarts = 0;
    std::size_t renewed = 0;  // tickets
    std::uint64_t events = 0;
    crypto::Digest trace{};
    std::vector<std::string> violations;

    bool held(const EpochNetOptions& wanted) const {
        return violations.empty() && unreadable == 0 && inserted == wanted.files &&
               reads >= wanted.files * wanted.epochs && restarts == wanted.relays * wanted.epochs &&
               renewed >= 2 * wanted.relays * wanted.epochs;
    }
};

EpochNetOutcome run_epoch_net(const EpochNetOptions& options);

}  // namespace catacomb::sim
