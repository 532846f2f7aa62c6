// Proves: work is checked once however often it is shown; what does not hold is told again without work and
// never crowds out what holds; a flood in one lane is bounded and holds up no other; who brings what does not
// hold is not heard for a while, and sources take turns; and a worker that cannot do the work refutes nobody.
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include "base/codec.hpp"
#include "routing/membership/intake.hpp"
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
    std::uint32_t addresses = 100;

    static ProofSource host(std::uint32_t number) { return ProofSource::host(tests::test_address(number)); }
    WorkClaims honest() {
        return claims_of(*tests::TestRelay(rng, tests::test_address(2)).descriptor(), network);
    }
    WorkClaims forged() {
        auto out = honest();
        out[1].pow.bytes[20] ^= 1;
        return out;
    }
    // Shows it and lets time pass until the answer is there.
    std::optional<Code> shown(const WorkClaims& claims, Lane lane = Lane::links, std::uint32_t from = 1) {
        std::optional<Result<>> said;
        proofs.check(lane, host(from), claims, [&](Result<> verdict) { said = std::move(verdict); });
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
        proofs.check(Lane::gossip, host(1), claims, [&](Result<> verdict) { good += verdict.has_value(); });
    BOOST_REQUIRE(world.run_until([&] { return good == 20; }, minutes(1)));
    BOOST_TEST(proofs.worked() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_flood_is_bounded_and_holds_up_no_other_lane, Checking) {
    const ProofLimits limits;
    const auto flood = 2 * limits.waiting;
    std::size_t refused = 0, refuted = 0;
    for (std::size_t i = 0; i < flood; ++i) {
        proofs.check(Lane::registrations, host(10 + static_cast<std::uint32_t>(i)), forged(),
                     [&](Result<> verdict) {
                         BOOST_REQUIRE(!verdict);
                         ++(verdict.error().is(Code::limit) ? refused : refuted);
                     });
    }
    BOOST_TEST(refused + 1 == limits.waiting);  // one of them is being worked on
    BOOST_TEST(!shown(honest(), Lane::links).has_value());
    BOOST_TEST(refuted < 10U);  // the flood was still waiting
    BOOST_REQUIRE(world.run_until([&] { return refused + refuted == flood; }, minutes(1)));
    BOOST_TEST(!shown(honest(), Lane::registrations).has_value());
}

// Proves: after a few proofs that did not hold those of the same source are not looked at, but for what is
// known; others are heard; and after a while it is heard again.
BOOST_FIXTURE_TEST_CASE(who_brought_false_ones_is_not_heard_for_a_while, Checking) {
    const ProofLimits limits;
    const auto known = honest();
    BOOST_TEST(!shown(known).has_value());
    const auto before = proofs.worked();
    for (unsigned i = 0; i < limits.refuted.burst; ++i) BOOST_TEST((shown(forged()) == Code::corrupt));
    BOOST_TEST(proofs.refuted() == limits.refuted.burst);
    const auto after = proofs.worked();
    BOOST_TEST(after - before <= 2 * limits.refuted.burst);
    for (int i = 0; i < 100; ++i) BOOST_TEST((shown(forged()) == Code::limit));
    BOOST_TEST((shown(honest()) == Code::limit));
    BOOST_TEST(proofs.admits(host(1), honest()).error().is(Code::limit));
    BOOST_TEST(proofs.worked() == after);
    BOOST_TEST(!shown(known).has_value());
    BOOST_TEST(!shown(honest(), Lane::links, 2).has_value());
    world.run_for(limits.refuted.interval);
    BOOST_TEST(!shown(honest()).has_value());
    BOOST_TEST((shown(forged()) == Code::corrupt));
    BOOST_TEST((shown(forged()) == Code::limit));
}

// Proves: however much holds, nobody is silenced for it.
BOOST_FIXTURE_TEST_CASE(what_holds_costs_its_source_nothing, Checking) {
    for (unsigned i = 0; i < 10 * ProofLimits{}.refuted.burst; ++i)
        BOOST_TEST(!shown(honest(), Lane::gossip).has_value());
}

// Proves: in one lane a newcomer does not wait for all that one source has brought before.
BOOST_FIXTURE_TEST_CASE(sources_take_turns, Checking) {
    std::size_t done = 0, refused = 0;
    for (std::size_t i = 0; i < 60; ++i) {
        proofs.check(Lane::gossip, host(1), honest(),
                     [&](Result<> verdict) { ++(verdict ? done : refused); });
    }
    BOOST_TEST(refused + 1 + ProofLimits{}.waiting_of_source == 60U);
    BOOST_TEST(!shown(honest(), Lane::gossip, 2).has_value());
    BOOST_TEST(done < 4U);
    BOOST_REQUIRE(world.run_until([&] { return done + refused == 60; }, minutes(1)));
}

// Proves: whoever waits for a turn for too long is told so.
BOOST_FIXTURE_TEST_CASE(no_turn_is_waited_for_for_ever, Checking) {
    world.network().conditions.worker_delay_max = seconds(20);
    std::size_t refused = 0, over = 0;
    for (std::uint32_t i = 0; i < 20; ++i) {
        proofs.check(Lane::links, host(i), honest(), [&](Result<> verdict) {
            ++over;
            refused += !verdict && verdict.error().is(Code::limit);
        });
    }
    BOOST_REQUIRE(world.run_until([&] { return over == 20; }, minutes(2)));
    BOOST_TEST(refused > 10U);
}

// Proves: a relay that brings descriptors with false proofs is soon not worked for any more, nor are
// signatures looked at of what it brings; those that others bring enter the view.
BOOST_FIXTURE_TEST_CASE(a_relay_that_brings_false_descriptors_is_not_worked_for, Checking) {
    View view(network);
    Intake intake(runtime, view, proofs);
    const auto bring = [&](std::uint32_t from, bool honest) {
        tests::TestRelay relay(rng, tests::test_address(++addresses), world.now(), network);
        if (!honest) relay.fields.proofs.ticket.bytes[20] ^= 1;
        std::vector<Bytes> encoded{relay.sign(network).value()->encoded};
        std::optional<std::size_t> admitted;
        auto done = [&](std::exception_ptr, const std::vector<DescriptorPtr>& all) { admitted = all.size(); };
        asio::co_spawn(runtime.executor(), intake.admit(std::move(encoded), host(from)), done);
        BOOST_REQUIRE(world.run_until([&] { return admitted.has_value(); }, minutes(1)));
        return *admitted;
    };
    for (int i = 0; i < 50; ++i) BOOST_TEST(bring(1, false) == 0U);
    BOOST_TEST(proofs.refuted() == ProofLimits{}.refuted.burst);
    BOOST_TEST(bring(2, true) == 1U);
    BOOST_TEST(view.size() == 1U);
    BOOST_TEST(bring(1, true) == 0U);
    world.run_for(ProofLimits{}.refuted.interval);
    BOOST_TEST(bring(1, true) == 1U);
}

// Proves: a start with a full view's descriptors known costs not one Argon2id.
BOOST_FIXTURE_TEST_CASE(what_held_before_a_start_is_not_worked_out_again, Checking) {
    KnownProofs known;
    std::vector<WorkClaims> all(16384);
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        for (std::uint32_t each = 0; each < 2; ++each)
            all[i][each] = {name_number(2 * i + each), crypto::Pow{}, network.pow};
        for (const auto& claim : all[i]) known.remember(claim.name(), true);
    }
    KnownProofs restored;
    restored.restore(known.held());
    ProofChecker again(runtime, std::move(restored));
    std::size_t held = 0;
    for (const auto& claims : all)
        again.check(Lane::gossip, host(1), claims, [&](Result<> verdict) { held += verdict.has_value(); });
    BOOST_TEST(held == all.size());
    BOOST_TEST(again.worked() == 0U);
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
        short_lived.check(Lane::links, host(1), honest(), [&](Result<>) { called = true; });
    }
    world.run_for(seconds(1));
    BOOST_TEST(!called);
}

BOOST_AUTO_TEST_SUITE_END()
