// Liveness: once the network is whole again, every pending operation ends, in success or an honest error
// (docs/testing.md, Oracles). An error is honest when it has words and is none of those that mean a defect of
// ours.
#pragma once

#include <string>
#include <vector>

#include "tools/sim/jobs.hpp"

namespace catacomb::sim {

class LivenessOracle {
public:
    void watch(FileJob job) { jobs_.push_back(std::move(job)); }
    bool all_over() const;
    std::size_t succeeded() const;
    // To be asked when the longest deadline of a job has passed since the heal: the first violation in words,
    // or an empty string.
    std::string violation() const;

private:
    std::vector<FileJob> jobs_;
};

}  // namespace catacomb::sim
