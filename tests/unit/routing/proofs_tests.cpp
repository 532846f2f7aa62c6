// Proves: work is checked once however often it is shown; what does not hold is told again without work and
// never crowds out what holds; a flood in one lane is bounded and holds up no other; and a worker that cannot
// do the work refutes nobody.
#include <boost/test/unit_test.hpp>

#include "base/codec.hpp"
#include "routing/proofs/proof_checker.hpp"
#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/world.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

using Lane = ProofChecker::Lane;

crypto::Digest name_number(std::uint32_t i) {
    ByteArray<4> bytes;
    store_le(bytes, i);
    return crypto::content_hash(bytes);
}

struct Checking {
    sim::SimWorld world{1};
    sim::SimRuntime& runtime = world.start("checker", tests::test_address(1));
    ProofChecker proofs{runtime};
    crypto::SeededRng rng{1};
    NetworkParameters network = tests::test_network();

    WorkClaims honest() {
        return claims_of(*tests::TestRelay(rng, tests::test_address(2)).descriptor(), network);
    }
    WorkClaims forged() {
        auto out = honest();
        out[1].pow.bytes[20] ^= 1;
        return out;
    }
    // Shows it and lets time pass until the answer is there.
    std::optional<Code> shown(const WorkClaims& claims, Lane lane = Lane::links) {
        std::optional<Result<>> said;
        proofs.check(lane, claims, [&](Result<> verdict) { said = std::move(verdict); });
        BOOST_REQUIRE(world.run_until([&] { return said.has_value(); }, minutes(1)));
        if (*said) return std::nullopt;
        return said->error().code;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(proofs_of_work)

BOOST_AUTO_TEST_CASE(what_was_checked_is_known) {
    KnownProofs known(8, 8);
    BOOST_TEST(!known.find(name_number(1)).has_value());
    known.remember(name_number(1), true);
    known.remember(name_number(2), false);
    BOOST_TEST(known.find(name_number(1)).value());
    BOOST_TEST(!known.find(name_number(2)).value());
}

BOOST_AUTO_TEST_CASE(it_is_bounded_and_keeps_what_is_in_use) {
    KnownProofs known(100, 20);
    known.remember(name_number(0), true);
    for (std::uint32_t i = 1; i < 1000; ++i) {
        known.remember(name_number(i), true);
        if (i % 40 == 0) BOOST_REQUIRE(known.find(name_number(0)).has_value());
        BOOST_REQUIRE(known.size() <= 120);
    }
    BOOST_TEST(!known.find(name_number(1)).has_value());
}

// Junk costs its maker next to nothing.
BOOST_AUTO_TEST_CASE(junk_crowds_out_only_junk) {
    KnownProofs known(100, 20);
    for (std::uint32_t i = 0; i < 50; ++i) known.remember(name_number(i), true);
    for (std::uint32_t i = 1000; i < 9000; ++i) known.remember(name_number(i), false);
    for (std::uint32_t i = 0; i < 50; ++i) BOOST_REQUIRE(known.find(name_number(i)).value());
    BOOST_TEST(known.size() <= 70);
}

BOOST_FIXTURE_TEST_CASE(each_costs_its_work_once, Checking) {
    const auto claims = honest();
    for (const auto lane : {Lane::links, Lane::gossip, Lane::registrations, Lane::acknowledgements})
        BOOST_TEST(!shown(claims, lane).has_value());
    BOOST_TEST(proofs.worked() == 2);  // the founding proof and the ticket
}

BOOST_FIXTURE_TEST_CASE(a_forgery_costs_its_work_once_and_is_told_each_time, Checking) {
    const auto claims = forged();
    for (int i = 0; i < 5; ++i) BOOST_TEST((shown(claims) == Code::corrupt));
    BOOST_TEST(proofs.worked() == 2);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_even_plausible_costs_no_work, Checking) {
    auto claims = honest();
    for (auto& claim : claims) claim.price.difficulty_bits = 100;
    BOOST_TEST((shown(claims) == Code::corrupt));
    BOOST_TEST(proofs.worked() == 0);
}

BOOST_FIXTURE_TEST_CASE(the_same_shown_by_many_at_once_is_worked_out_once, Checking) {
    const auto claims = honest();
    int good = 0;
    for (int i = 0; i < 20; ++i)
        proofs.check(Lane::gossip, claims, [&](Result<> verdict) { good += verdict.has_value(); });
    BOOST_REQUIRE(world.run_until([&] { return good == 20; }, minutes(1)));
    BOOST_TEST(proofs.worked() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_flood_is_bounded_and_holds_up_no_other_lane, Checking) {
    std::size_t refused = 0, refuted = 0;
    for (std::size_t i = 0; i < 2 * ProofChecker::kMostWaiting; ++i) {
        proofs.check(Lane::registrations, forged(), [&](Result<> verdict) {
            BOOST_REQUIRE(!verdict);
            ++(verdict.error().is(Code::limit) ? refused : refuted);
        });
    }
    BOOST_TEST(refused + 1 == ProofChecker::kMostWaiting);  // one of them is being worked on
    BOOST_TEST(!shown(honest(), Lane::links).has_value());
    BOOST_TEST(refuted < 10U);  // the flood was still waiting
    BOOST_REQUIRE(
        world.run_until([&] { return refused + refuted == 2 * ProofChecker::kMostWaiting; }, minutes(1)));
    BOOST_TEST(!shown(honest(), Lane::registrations).has_value());
}

BOOST_FIXTURE_TEST_CASE(who_cannot_do_the_work_refutes_nobody, Checking) {
    auto claims = honest();
    const auto real = claims[0].price;
    claims[0].price.cost.memory_bytes = 0;  // none is to be had
    BOOST_TEST((shown(claims) == Code::bad_input));
    claims[0].price = real;
    BOOST_TEST(!shown(claims).has_value());
}

BOOST_FIXTURE_TEST_CASE(nobody_waits_for_a_checker_that_is_gone, Checking) {
    bool called = false;
    {
        ProofChecker short_lived(runtime);
        short_lived.check(Lane::links, honest(), [&](Result<>) { called = true; });
    }
    world.run_for(seconds(1));
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_SUITE_END()
