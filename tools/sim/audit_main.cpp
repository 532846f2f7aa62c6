// catacomb-audit [SEEDS [FIRST]]: the knowledge audit over many seeds (docs/audit.md). Prints what was heard
// on each, every violation, and last the figure. Exits with 1 unless every seed held.
#include <cstdlib>
#include <iostream>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/audited_network.hpp"

int main(int argc, char** argv) {
    using namespace catacomb;
    crypto::initialise();
    const std::uint64_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100;
    const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    std::uint64_t held = 0, violations = 0, plaintexts = 0, bytes = 0, joins = 0, sightings = 0, facts = 0;
    std::uint64_t inserts = 0, gets = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
        const auto outcome = sim::run_audit(seed);
        for (const auto& violation : outcome.violations) std::cout << "  " << violation << "\n";
        const auto& heard = outcome.counters;
        std::cout << concat("seed ", seed, outcome.held() ? ": held" : ": FAILED",
                            outcome.failure.empty() ? "" : " (", outcome.failure,
                            outcome.failure.empty() ? "" : ")", ", ", heard.plaintexts, " messages, ",
                            heard.bytes >> 20, " MiB, ", heard.joins, " joins, ", outcome.facts, " facts, ",
                            heard.sightings, " sightings, ", outcome.violations.size(), " violations")
                  << std::endl;
        held += outcome.held();
        violations += outcome.violations.size();
        plaintexts += heard.plaintexts;
        bytes += heard.bytes;
        joins += heard.joins;
        sightings += heard.sightings;
        facts += outcome.facts;
        inserts += outcome.inserts;
        gets += outcome.gets;
    }
    const bool good = seeds > 0 && held == seeds && violations == 0 && plaintexts > 0;
    std::cout << concat(held, " of ", seeds, " seeds held: ", violations, " violations in ", plaintexts,
                        " messages (", bytes >> 20, " MiB, ", joins, " joins, ", sightings, " sightings of ",
                        facts, " planted facts), ", inserts, " inserts, ", gets, " gets")
              << std::endl;
    return good ? 0 : 1;
}
