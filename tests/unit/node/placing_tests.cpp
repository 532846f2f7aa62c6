// Proves: a segment is "in the network" only when others than its storers saw it and enough of it was read
// back; what lies is left out; and whichever step fails, it goes on, or ends and says so.
#include "node/client/placing.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/node/placing_town.hpp"

namespace catacomb::node {
namespace {

constexpr auto kFull = storage::kFullProfile;

bool is_done(const Town& town) { return std::holds_alternative<Placing::Done>(*town.last); }
const Placing::Failed* failure(const Town& town) { return std::get_if<Placing::Failed>(&*town.last); }

// A town in which every block of a segment comes to a vault of its own.
Town wide_town() { return Town(1, 1000, 100); }

// As an insert does it: two leaves and the branch above them, and then what passed is looked at again until
// all stand. Whether it says that they are in, and whether they can be read.
std::pair<bool, bool> insert_three_segments(Town& town) {
    Evidence evidence;
    std::vector<Placing> segments;
    for (std::size_t i = 0; i < 3; ++i) segments.emplace_back(segment_number(i, kFull), i == 2, i);
    bool settled = false;
    while (!settled) {
        settled = true;
        for (auto& segment : segments) {
            if (segment.is_done(evidence)) continue;
            settled = false;
            town.play(segment, evidence);
            if (failure(town)) return {false, false};
        }
    }
    const auto is_readable = [&](const Placing& segment) { return count_of(town.kept(segment)) >= 20; };
    return {true, std::all_of(segments.begin(), segments.end(), is_readable)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(placings)

BOOST_AUTO_TEST_CASE(an_honest_network_takes_two_steps) {
    for (const bool whole : {false, true}) {
        auto town = wide_town();
        Evidence evidence;
        Placing placing(segment_number(1, kFull), whole, 2);
        BOOST_TEST(town.play(placing, evidence) == 2);
        BOOST_TEST(is_done(town));
        BOOST_TEST(placing.is_done(evidence));
        BOOST_TEST(count_of(placing.state().witnessed) == 60u);
        BOOST_TEST(count_of(placing.state().read) == (whole ? 20u : Placing::kSample));
        BOOST_TEST((placing.state().lease_end == Time(hours(1000))));
        BOOST_TEST(!evidence.is_raised());
    }
}

BOOST_AUTO_TEST_CASE(vaults_that_gave_a_body_are_not_asked_again) {
    Town town(1, 3, 3);
    Evidence evidence;
    Placing first(segment_number(1, kFull), true, 0), second(segment_number(2, kFull), false, 0);
    town.play(first, evidence);
    BOOST_TEST(evidence.proven() == 3u);
    town.play(second, evidence);
    BOOST_TEST(count_of(second.state().read) == Placing::kFewest);
}

// Unread vaults come first: 20 bodies are of 20 vaults as long as there are so many.
BOOST_AUTO_TEST_CASE(a_sample_meets_as_many_vaults_as_it_can) {
    Town town(1, 16, 16);
    Evidence evidence;
    Placing placing(segment_number(1, kFull), true, 0);
    town.play(placing, evidence);
    const std::set<VaultTag> met(placing.state().vaults.begin(), placing.state().vaults.end());
    BOOST_TEST(met.size() > 10u);
    BOOST_TEST(evidence.proven() == met.size());
}

BOOST_AUTO_TEST_CASE(it_goes_on_whichever_step_fails) {
    for (const bool whole : {false, true}) {
        for (int at = 0; at < 2; ++at) {
            auto town = wide_town();
            Evidence evidence;
            Placing placing(segment_number(1, kFull), whole, 0);
            BOOST_TEST(town.play(placing, evidence, [&](int step) { return step == at; }) == 3);
            BOOST_TEST(is_done(town));
            BOOST_TEST(count_of(placing.state().witnessed) == 60u);
        }
    }
}

// An exit that takes no stores is left for another, and no try is lost by it.
BOOST_AUTO_TEST_CASE(a_busy_exit_is_not_waited_for) {
    auto town = wide_town();
    Evidence evidence;
    Placing placing(segment_number(1, kFull), false, 1);
    std::set<std::size_t> slots;
    for (std::size_t i = 0; i < Placing::kSlots; ++i) {
        slots.insert(std::get<Placing::Store>(placing.next(evidence, town.rng)).slot);
        placing.came_to_nothing();
    }
    BOOST_TEST(slots.size() == Placing::kSlots);
    BOOST_TEST(placing.state().stores == 0U);
    BOOST_TEST(town.play(placing, evidence) == 2);
    BOOST_TEST(is_done(town));
}

BOOST_AUTO_TEST_CASE(it_ends_whichever_step_everything_fails_from) {
    for (int from = 0; from < 12; ++from) {
        Town town(7, 16, 8);
        for (std::size_t i = 0; i < 10; ++i) town.lies[i] = true;
        Evidence evidence;
        Placing placing(segment_number(1, kFull), true, 0);
        BOOST_TEST(town.play(placing, evidence, [&](int step) { return step >= from; }) >= 0);
        BOOST_TEST((failure(town) != nullptr || from > 2));
        if (is_done(town)) BOOST_TEST(count_of(town.kept(placing)) >= 20u);
    }
}

BOOST_AUTO_TEST_CASE(a_storers_word_counts_for_nothing) {
    auto town = wide_town();
    Evidence evidence;
    Placing placing(segment_number(1, kFull), false, 0);
    town.store(placing, std::get<Placing::Store>(placing.next(evidence, town.rng)), evidence);
    auto step = std::get<Placing::Look>(placing.next(evidence, town.rng));
    BOOST_TEST(step.slot != 0u);
    step.slot = 0;
    town.look(placing, step, evidence);
    BOOST_TEST(placing.state().witnessed == 0u);
    BOOST_TEST(placing.state().read == 0u);
    BOOST_TEST(evidence.bodies_asked() == 0u);
}

// An exit that says no to everything and brings nothing is overruled by the next; nobody is blamed.
BOOST_AUTO_TEST_CASE(one_exits_no_is_not_believed) {
    auto town = wide_town();
    Evidence evidence;
    Placing placing(segment_number(1, kFull), true, 0);
    town.store(placing, std::get<Placing::Store>(placing.next(evidence, town.rng)), evidence);
    const auto first = std::get<Placing::Look>(placing.next(evidence, town.rng));
    placing.looked(Town::exit(first.slot), first, 0, 0, evidence);
    const auto second = std::get<Placing::Look>(placing.next(evidence, town.rng));
    BOOST_TEST(second.slot != first.slot);
    BOOST_TEST(second.bodies == first.bodies);
    // Asked twice, the same exit says the same: that is one word still.
    placing.looked(Town::exit(first.slot), second, 0, 0, evidence);
    BOOST_TEST(!evidence.is_raised());
    const auto third = std::get<Placing::Look>(placing.next(evidence, town.rng));
    town.look(placing, {third.blocks, third.bodies, second.slot}, evidence);
    BOOST_TEST(town.play(placing, evidence) >= 0);
    BOOST_TEST(is_done(town));
    BOOST_TEST(count_of(placing.state().witnessed) == 60u);
    BOOST_TEST(!evidence.is_raised());
}

BOOST_AUTO_TEST_CASE(a_block_that_two_exits_deny_goes_to_another_vault) {
    auto town = wide_town();
    Evidence evidence;
    Placing placing(segment_number(1, kFull), false, 0);
    town.store(placing, std::get<Placing::Store>(placing.next(evidence, town.rng)), evidence);
    const auto vault = placing.state().vaults[7];
    for (int i = 0; i < 2; ++i) {
        const auto step = std::get<Placing::Look>(placing.next(evidence, town.rng));
        placing.looked(Town::exit(step.slot), step, step.blocks & ~bit(7), step.bodies & ~bit(7), evidence);
        if (step.bodies & bit(7)) return;  // then it is a body that did not come
    }
    BOOST_TEST(std::get<Placing::Store>(placing.next(evidence, town.rng)).blocks == bit(7));
    BOOST_TEST(placing.avoid(evidence).front() == vault);
    town.play(placing, evidence);
    BOOST_TEST(placing.state().vaults[7] != vault);
    BOOST_TEST(count_of(placing.state().witnessed) == 60u);
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_come_raises_the_sample_to_ten_and_costs_the_vault_its_blocks) {
    auto town = wide_town();
    Evidence evidence;
    Placing passed(segment_number(1, kFull), false, 0), placing(segment_number(2, kFull), false, 0);
    town.play(passed, evidence);
    BOOST_TEST(passed.is_done(evidence));
    town.store(placing, std::get<Placing::Store>(placing.next(evidence, town.rng)), evidence);
    const auto first = std::get<Placing::Look>(placing.next(evidence, town.rng));
    const auto liar = placing.state().vaults[static_cast<unsigned>(__builtin_ctzll(first.bodies))];
    town.lies[liar - 1] = true;
    town.look(placing, first, evidence);
    town.play(placing, evidence);
    BOOST_TEST(is_done(town));
    BOOST_TEST(evidence.is_distrusted(liar));
    BOOST_TEST(count_of(placing.state().read) >= Placing::kRaised);
    BOOST_TEST(std::count(placing.state().vaults.begin(), placing.state().vaults.end(), liar) == 0);
    // The one that passed before is looked at again.
    BOOST_TEST(!passed.is_done(evidence));
    town.play(passed, evidence);
    BOOST_TEST(passed.is_done(evidence));
    BOOST_TEST(count_of(passed.state().read) == Placing::kRaised);
}

BOOST_AUTO_TEST_CASE(two_bodies_that_do_not_come_are_answered_by_reading_k) {
    auto town = wide_town();
    Evidence evidence;
    Placing placing(segment_number(1, kFull), false, 0);
    town.store(placing, std::get<Placing::Store>(placing.next(evidence, town.rng)), evidence);
    const auto first = std::get<Placing::Look>(placing.next(evidence, town.rng));
    auto asked = first.bodies;
    for (int i = 0; i < 2; ++i) {
        town.lies[placing.state().vaults[static_cast<unsigned>(__builtin_ctzll(asked))] - 1] = true;
        asked &= asked - 1;
    }
    town.look(placing, first, evidence);
    town.play(placing, evidence);
    BOOST_TEST(is_done(town));
    BOOST_TEST(count_of(placing.state().read) >= 20u);
}

BOOST_AUTO_TEST_CASE(what_another_segment_learned_of_a_vault_undoes_what_was_done) {
    Town town(3, 16, 16);
    Evidence evidence;
    Placing placing(segment_number(1, kFull), true, 0);
    town.play(placing, evidence);
    BOOST_TEST(placing.is_done(evidence));
    const auto vault = placing.state().vaults[0];
    evidence.failed(vault);
    BOOST_TEST(!placing.is_done(evidence));
    town.play(placing, evidence);
    BOOST_TEST(placing.is_done(evidence));
    BOOST_TEST(std::count(placing.state().vaults.begin(), placing.state().vaults.end(), vault) == 0);
}

BOOST_AUTO_TEST_CASE(nothing_is_done_where_all_lie) {
    Town town(1, 16, 16);
    town.lies.assign(16, true);
    Evidence evidence;
    Placing placing(segment_number(1, kFull), true, 0);
    town.play(placing, evidence);
    BOOST_REQUIRE(failure(town));
    BOOST_TEST(failure(town)->witnessed == 0u);
}

// Files of three segments, in towns of which any share of the vaults lies: what is told to be in the network
// can be read; and where a third lies at most, nearly everything gets in.
BOOST_AUTO_TEST_CASE(done_means_readable_whatever_share_of_the_vaults_lies) {
    constexpr int kTowns = 300;
    for (const std::size_t vaults : {16u, 100u, 1000u}) {
        for (const double share : {0.1, 0.3, 0.5, 0.6, 0.7}) {
            int done = 0, wrong = 0;
            for (std::uint64_t seed = 1; seed <= kTowns; ++seed) {
                Town town(seed, vaults, 8);
                for (std::size_t i = 0; i < vaults; ++i) town.lies[i] = town.rng.chance(share);
                const auto [is_in, is_readable] = insert_three_segments(town);
                done += is_in;
                wrong += is_in && !is_readable;
            }
            BOOST_TEST_MESSAGE(vaults << " vaults, " << share << " lie: " << done << " of " << kTowns
                                      << " done, " << wrong << " wrongly");
            BOOST_TEST(wrong == 0, vaults << " vaults, " << share << " lie");
            if (share <= 0.3) BOOST_TEST(done >= kTowns * 99 / 100, vaults << " vaults, " << share << " lie");
        }
    }
}

// ---- the state as a value

BOOST_AUTO_TEST_CASE(a_state_is_the_same_after_being_kept_at_any_step) {
    Town town(7, 16, 8);
    for (std::size_t i = 0; i < 6; ++i) town.lies[i] = true;
    Evidence evidence;
    Placing placing(segment_number(1, kFull), true, 1);
    for (bool over = false; !over;) {
        const auto bytes = placing.state().encode();
        const auto again = PlacingState::decode(bytes);
        BOOST_REQUIRE(again.has_value());
        BOOST_TEST((*again == placing.state()));
        for (std::size_t size = 0; size < bytes.size(); ++size)
            BOOST_TEST(!PlacingState::decode(ByteView(bytes).first(size)));
        placing = Placing(*again);
        const auto step = placing.next(evidence, town.rng);
        if (const auto* store = std::get_if<Placing::Store>(&step)) town.store(placing, *store, evidence);
        if (const auto* look = std::get_if<Placing::Look>(&step)) town.look(placing, *look, evidence);
        over = !std::holds_alternative<Placing::Store>(step) && !std::holds_alternative<Placing::Look>(step);
    }
}

BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_is_refused) {
    const auto refused = [](const std::function<void(PlacingState&)>& spoil) {
        auto state = Placing(segment_number(1, kFull), false, 0).state();
        spoil(state);
        return !PlacingState::decode(state.encode());
    };
    BOOST_TEST(!refused([](PlacingState&) {}));
    BOOST_TEST(refused([](PlacingState& s) { s.profile.k = 60; }));
    BOOST_TEST(refused([](PlacingState& s) { s.vaults.resize(59); }));
    BOOST_TEST(refused([](PlacingState& s) { s.shunned.resize(61); }));
    BOOST_TEST(refused([](PlacingState& s) { s.placed = bit(60); }));
    BOOST_TEST(refused([](PlacingState& s) { s.witnessed = bit(1); }));
    BOOST_TEST(refused([](PlacingState& s) { s.denied = bit(1); }));
    BOOST_TEST(refused([](PlacingState& s) { s.missed = bit(1); }));
    BOOST_TEST(refused([](PlacingState& s) { s.read = bit(1); }));
    BOOST_TEST(refused([](PlacingState& s) { s.stored.push_back({Town::exit(1), bit(60)}); }));
    auto bytes = Placing(segment_number(1, kFull), false, 0).state().encode();
    ++bytes[0];
    BOOST_TEST(!PlacingState::decode(bytes));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
