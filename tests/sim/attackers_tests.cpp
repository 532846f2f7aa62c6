// Each attacker on a small network: against the product it does not reach its aim, without the defence that
// is to stop it it does, so that its failure means something.
#include "tools/sim/attackers/attackers.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/support/seeds.hpp"

namespace catacomb::sim {
namespace {

std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& one : attackers()) out.emplace_back(one.name);
    return out;
}
const Attacker& attacker(std::string_view name) {
    for (const auto& one : attackers()) {
        if (one.name == name) return one;
    }
    throw std::invalid_argument("no such attacker");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(active_attackers)

BOOST_DATA_TEST_CASE(fails_against_the_product, boost::unit_test::data::make(names()), name) {
    for (const auto seed : testing::seeds(2)) {
        const auto verdict = try_attacker(attacker(name), {seed}, true);
        BOOST_TEST(!verdict.reached, name << ": " << verdict.words << "; " << testing::replay(seed));
        BOOST_TEST_MESSAGE(name << ", seed " << seed << ": " << verdict.words);
    }
}

BOOST_DATA_TEST_CASE(succeeds_without_the_defence, boost::unit_test::data::make(names()), name) {
    for (const auto seed : testing::seeds(2)) {
        const auto verdict = try_attacker(attacker(name), {seed}, false);
        BOOST_TEST(verdict.reached, name << ": " << verdict.words << "; " << testing::replay(seed));
        BOOST_TEST_MESSAGE(name << ", seed " << seed << ", undefended: " << verdict.words);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::sim
