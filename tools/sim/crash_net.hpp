// CrashNet: the long storm (tools/prove crash-net). A network of relays, vaults and clients on a bad network
// loses and regains nodes for hours while files go in at random times and places; every file that was
// acknowledged must come back equal, to a node that did not insert it. One seed is one run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/hash.hpp"

namespace catacomb::sim {

struct CrashNetOptions {
    std::uint64_t seed = 1;
    std::size_t nodes = 200;  // three fifths relays, one tenth clients, the rest vaults; at least 10
    std::size_t files = 50;
    Duration length = hours(1);
    double crashes_per_hour = 0.05;  // of each node
    // Says what happens, a line each; none: nobody listens.
    std::function<void(const std::string& line)> say;
};

struct CrashNetOutcome {
    std::size_t inserted = 0;    // files acknowledged
    std::size_t given_up = 0;    // inserts that failed honestly or with their node, and were begun again
    std::size_t read_back = 0;   // files that came back equal after the storm
    std::size_t read_early = 0;  // gets during it that came back equal
    std::size_t crashes = 0;
    std::uint64_t events = 0;
    crypto::Digest trace{};
    std::vector<std::string> violations;  // of the oracles

    bool held(const CrashNetOptions& wanted) const {
        return violations.empty() && inserted == wanted.files && read_back == wanted.files;
    }
};

CrashNetOutcome run_crash_net(const CrashNetOptions& options);

}  // namespace catacomb::sim
