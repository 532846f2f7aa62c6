// Newcomers: fresh clients in a network that stands, whose machines take as long over a proof of work as the
// public network's Argon2id does. Each must take its primary guard evenly among the relays and be ready in a
// minute. One seed is one run.
#pragma once

#include <functional>
#include <string>

#include "base/time.hpp"

namespace catacomb::sim {

struct NewcomersOptions {
    std::uint64_t seed = 1;
    std::size_t relays = 100;
    std::size_t clients = 100;
    Duration longest_work = milliseconds(200);  // of one piece on a worker; half of it on average
    std::function<void(const std::string& line)> say;
};

struct NewcomersOutcome {
    std::vector<std::size_t> chosen;  // how often each relay is somebody's primary guard
    std::size_t by_introducers = 0;   // that they dialled first
    std::size_t ready = 0;
    Duration slowest{};
    std::string trouble;  // the network itself failed
};

NewcomersOutcome run_newcomers(const NewcomersOptions& options);

// Pearson's statistic of counts that should be alike, and how many standard deviations above what chance
// gives (the chi-squared approximation by a normal one): about 0 when they are.
double excess_unevenness(const std::vector<std::size_t>& counts);

}  // namespace catacomb::sim
