#include "tools/sim/oracles/liveness.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace catacomb::sim {
namespace {

// Bytes that do not hold, and a node that says it stops while it does not, are no outcome of an outage.
bool honest(const Error& error) {
    return !error.message.empty() && !error.is(Code::corrupt) && !error.is(Code::malformed) &&
           !error.is(Code::closed);
}

}  // namespace

bool LivenessOracle::all_over() const {
    return std::all_of(jobs_.begin(), jobs_.end(), [](const FileJob& job) { return job.is_over(); });
}

std::size_t LivenessOracle::succeeded() const {
    return static_cast<std::size_t>(std::count_if(
        jobs_.begin(), jobs_.end(), [](const FileJob& job) { return job.outcome().has_value(); }));
}

std::string LivenessOracle::violation() const {
    for (const auto& job : jobs_) {
        if (!job.is_over()) return concat("a job on node ", job.node(), " has not ended");
        const auto outcome = job.outcome();
        if (!outcome && !job.node_died() && !honest(outcome.error()))
            return concat("a job on node ", job.node(),
                          " ended without an honest word: ", outcome.error().text());
    }
    return {};
}

}  // namespace catacomb::sim
