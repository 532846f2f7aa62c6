// The epochs of epoch_net.hpp, small: what proves tools/prove epochs, on twelve relays.
#include <boost/test/unit_test.hpp>

#include "tests/support/seeds.hpp"
#include "tools/sim/epoch_net.hpp"

namespace catacomb::sim {
namespace {

using testing::replay;
using testing::seeds;

EpochNetOptions small(std::uint64_t seed) {
    EpochNetOptions out;
    out.seed = seed;
    out.relays = 12;
    out.files = 3;
    out.epochs = 2;
    out.epoch = minutes(30);
    out.read_every = minutes(3);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(epoch_net)

// Proves: over two epochs in which each node is restarted once, tickets are renewed by nodes that run, no id
// changes, no block moves, and every file is readable at all times.
BOOST_AUTO_TEST_CASE(a_changed_epoch_moves_nothing) {
    const auto seed = seeds(1).front();
    const auto options = small(seed);
    const auto outcome = run_epoch_net(options);
    for (const auto& words : outcome.violations) BOOST_ERROR(words);
    BOOST_CHECK_MESSAGE(outcome.held(options),
                        outcome.reads << " reads, " << outcome.unreadable << " in vain, " << outcome.restarts
                                      << " restarts, " << outcome.renewed << " tickets; " << replay(seed));
}

// Proves: with ids that hold what is renewed, the same network is found out.
BOOST_AUTO_TEST_CASE(ids_that_hold_their_tickets_are_found_out) {
    auto options = small(seeds(1).front());
    options.ids_hold_tickets = true;
    const auto outcome = run_epoch_net(options);
    BOOST_TEST(!outcome.violations.empty());
    BOOST_TEST(!outcome.held(options));
    BOOST_TEST_MESSAGE(outcome.unreadable << " reads in vain, " << outcome.violations.size()
                                          << " violations");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
