// The seeds that a simulated test runs on: a few from a fixed start, or from CATACOMB_SEED on. A failure says
// how to run it again alone.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/log.hpp"

namespace catacomb::testing {

// `count` seeds; with CATACOMB_SEED=S they start at S, and with CATACOMB_SEEDS=N there are N of them.
inline std::vector<std::uint64_t> seeds(std::uint64_t count) {
    const char* from = std::getenv("CATACOMB_SEED");
    const char* wanted = std::getenv("CATACOMB_SEEDS");
    const std::uint64_t first = from ? std::stoull(from) : 1;
    std::vector<std::uint64_t> out;
    for (std::uint64_t i = 0; i < (wanted ? std::stoull(wanted) : count); ++i) out.push_back(first + i);
    return out;
}

// The command that replays the running test on that seed.
inline std::string replay(std::uint64_t seed) {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    const auto& test = boost::unit_test::framework::current_test_case();
    return concat("replay: CATACOMB_SEED=", seed, " CATACOMB_SEEDS=1 ", suite.argv[0], " --run_test=*/",
                  test.p_name.get());
}

}  // namespace catacomb::testing
