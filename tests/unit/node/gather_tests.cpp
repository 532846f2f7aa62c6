// Proves: one machine gathers k of n for a fetch, places all of a store and asks for all of a have; with an
// error, a silence, a refusal or a lie at any step it still ends, with what could be had, and never asks for
// more than its plan allows.
#include "node/exit/gather.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <set>

#include "crypto/random.hpp"

namespace catacomb::node {
namespace {

using Word = Gather::Word;

constexpr Duration kPatience = milliseconds(500);
constexpr Duration kLimit = seconds(12);  // after which a silent relay's request fails
constexpr Duration kSoon = milliseconds(100);

struct Answer {
    Word word = Word::here;
    Duration after = kSoon;
};
const Answer kSilence{Word::failed, kLimit};

// A conversation in virtual time: relays answer as they are told to.
struct Play {
    explicit Play(const Gather::Plan& of) : plan(of), gather(of) {}

    // What becomes of the `number`th request (from 0), to the block's relay number `relay`.
    using Relays = std::function<Answer(unsigned number, unsigned block, unsigned relay)>;

    void run(const Relays& answer) {
        for (;;) {
            const auto step = gather.next(now, kPatience);
            over = step.over;
            if (over) return;
            for (const auto& ask : step.asks) take(ask, answer);
            for (unsigned i = 0; i < 64; ++i) {
                if (step.locate & bit(i)) locate(i);
            }
            if (step.locate) continue;
            BOOST_REQUIRE(step.wake > now);
            BOOST_REQUIRE(++steps < 10'000);
            if (pending.empty() || pending.begin()->first > step.wake) {
                now = step.wake;
                continue;
            }
            const auto next = pending.extract(pending.begin());
            now = next.key();
            const auto fresh = gather.answered(next.mapped().first, next.mapped().second, now);
            BOOST_TEST((completed & fresh) == 0u);
            completed |= fresh;
        }
    }
    void locate(unsigned block) {
        std::vector<routing::NodeId> names;
        for (unsigned j = 0; j < relays_per_block; ++j) names.push_back(name(relay_of(block, j)));
        asked.erase(block);
        gather.located(block, std::move(names), now);
    }
    void take(const Gather::Ask& ask, const Relays& answer) {
        ++asks;
        std::vector<Word> words;
        Duration after{};
        for (unsigned i = 0; i < 64; ++i) {
            if (!(ask.blocks & bit(i))) continue;
            ++bodies;
            unsigned j = 0;
            while (name(relay_of(i, j)) != ask.relay) BOOST_REQUIRE(++j < relays_per_block);
            // Nobody is asked for one block twice in a round.
            BOOST_TEST(asked[i].insert(j).second);
            const auto one = answer(asks - 1, i, j);
            words.push_back(one.word);
            after = std::max(after, one.after);
            patient += ask.patient;
        }
        pending.emplace(now + after, std::pair(ask.id, words));
        most_pending = std::max(most_pending, pending.size());
    }
    static routing::NodeId name(unsigned relay) {
        routing::NodeId out;
        out.bytes[0] = static_cast<std::uint8_t>(relay >> 8);
        out.bytes[1] = static_cast<std::uint8_t>(relay);
        return out;
    }
    // Every block has relays of its own, unless the network is small.
    unsigned relay_of(unsigned block, unsigned j) const {
        return network ? (block + j) % network : block * 8 + j;
    }
    unsigned here() const { return static_cast<unsigned>(__builtin_popcountll(gather.outcome().here)); }
    Duration took() const { return now - Time{}; }

    Gather::Plan plan;
    Gather gather;
    Time now{};
    unsigned network = 0, relays_per_block = 8;
    std::multimap<Time, std::pair<std::uint32_t, std::vector<Word>>> pending;
    std::map<unsigned, std::set<unsigned>> asked;
    BlockMask completed = 0;
    std::size_t most_pending = 0;
    unsigned asks = 0, bodies = 0, patient = 0, steps = 0;
    bool over = false;
};

// 4 of 10.
Gather::Plan fetch_plan() {
    Gather::Plan out;
    out.want = all_of(10);
    out.need = 4;
    out.ahead = 2;
    out.budget = 1;
    out.insist = true;
    out.silence = seconds(5);
    out.absence = seconds(3);
    out.deadline = Time{} + seconds(20);
    return out;
}

Gather::Plan store_plan() {
    Gather::Plan out;
    out.want = all_of(10);
    out.need = 10;
    out.budget = 1;
    out.silence = seconds(10);
    out.deadline = Time{} + seconds(40);
    return out;
}

Gather::Plan have_plan() {
    auto out = store_plan();
    out.shared = out.widely = true;
    out.silence = seconds(3);
    return out;
}

const Answer kFaults[] = {
    {Word::no, kSoon}, {Word::away, kSoon},     {Word::busy, kSoon}, {Word::failed, kSoon},
    kSilence,          {Word::here, seconds(2)}};

Answer all_well(unsigned, unsigned, unsigned) { return {}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(gather)

// ---- k of n

BOOST_AUTO_TEST_CASE(a_fetch_asks_for_what_it_needs_and_a_few_more) {
    Play play(fetch_plan());
    play.run(all_well);
    BOOST_TEST(play.asks == 6u);
    BOOST_TEST(play.completed == all_of(4));  // data fragments first
    BOOST_TEST(play.gather.outcome().here == play.completed);
    BOOST_TEST((play.took() == kSoon));
}

// One thing goes wrong, anywhere: the fetch is as good as before, and costs at most what the plan allows.
BOOST_AUTO_TEST_CASE(a_fetch_stands_one_fault_at_every_step) {
    for (const auto& fault : kFaults) {
        for (unsigned at = 0; at < 8; ++at) {
            Play play(fetch_plan());
            play.run([&](unsigned number, unsigned, unsigned) { return number == at ? fault : Answer{}; });
            BOOST_TEST(play.here() == 4u);
            BOOST_TEST(play.asks <= 7u);
            BOOST_TEST((play.took() <= milliseconds(200)), "fault " << int(fault.word) << " at " << at);
        }
    }
}

// The same with two faults, at every two steps.
BOOST_AUTO_TEST_CASE(a_fetch_stands_two_faults_at_any_steps) {
    for (const auto& first : kFaults) {
        for (const auto& second : kFaults) {
            for (unsigned at = 0; at < 8; ++at) {
                for (unsigned then = at + 1; then < 9; ++then) {
                    Play play(fetch_plan());
                    play.run([&](unsigned number, unsigned, unsigned) {
                        return number == at ? first : number == then ? second : Answer{};
                    });
                    BOOST_TEST(play.here() == 4u);
                    BOOST_TEST(play.asks <= 8u);
                    BOOST_TEST((play.took() <= milliseconds(1000)));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_late_is_replaced_within_the_budget) {
    // Three of the first six are silent: one more than is asked for ahead.
    Play play(fetch_plan());
    play.run([](unsigned number, unsigned, unsigned) { return number < 3 ? kSilence : Answer{}; });
    BOOST_TEST(play.here() == 4u);
    BOOST_TEST(play.asks == 7u);
    BOOST_TEST((play.took() == kSoon + kPatience + kSoon));
}

BOOST_AUTO_TEST_CASE(beyond_the_budget_only_a_long_silence_counts) {
    for (const int patiences : {0, 4}) {
        auto plan = fetch_plan();
        plan.patiences = patiences;
        Play play(plan);
        play.run([](unsigned number, unsigned, unsigned) { return number < 4 ? kSilence : Answer{}; });
        BOOST_TEST(play.here() == 4u);
        BOOST_TEST(play.asks == 12u);  // four now beside the one that is needed
        const Duration silence = patiences ? patiences * kPatience : plan.silence;
        BOOST_TEST((play.took() > silence));
        BOOST_TEST((play.took() < silence + seconds(2)));
    }
}

// A full line: all answers are late, and one comes after the other. Nothing is asked for twice.
BOOST_AUTO_TEST_CASE(a_slow_line_is_not_asked_for_more) {
    Play play(fetch_plan());
    play.run([](unsigned number, unsigned, unsigned) {
        return Answer{Word::here, milliseconds(400) * (number + 1)};
    });
    BOOST_TEST(play.here() == 4u);
    BOOST_TEST(play.asks == 6u);
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_instead_after_a_refusal_for_load) {
    Play play(fetch_plan());
    play.run([](unsigned number, unsigned, unsigned) {
        return number == 0 ? Answer{Word::busy, kSoon} : number < 4 ? kSilence : Answer{};
    });
    BOOST_TEST(play.gather.refused_for_load());
    BOOST_TEST(play.here() == 4u);
    // The refused block goes on to its next relay; the three silent ones are waited for.
    BOOST_TEST((play.took() >= play.plan.silence));
}

BOOST_AUTO_TEST_CASE(a_slow_answer_is_welcome_after_it_was_replaced) {
    auto plan = fetch_plan();
    plan.budget = 3;
    Play play(plan);
    play.run([](unsigned number, unsigned block, unsigned) {
        if (number < 3) return Answer{Word::here, seconds(1)};
        return block > 5 ? kSilence : Answer{};
    });
    BOOST_TEST(play.asks == 9u);
    BOOST_TEST(play.here() == 4u);
    BOOST_TEST((play.took() == seconds(1)));
}

// ---- rounds

BOOST_AUTO_TEST_CASE(a_vault_that_comes_back_is_waited_for) {
    Play play(fetch_plan());
    play.run([&](unsigned, unsigned, unsigned relay) {
        return Answer{relay == 3 && play.took() > seconds(1) ? Word::here : Word::away, kSoon};
    });
    BOOST_TEST(play.here() == 4u);
    BOOST_TEST(play.patient > 0u);
    BOOST_TEST((play.took() > seconds(1)));
    BOOST_TEST((play.took() < seconds(4)));
}

BOOST_AUTO_TEST_CASE(without_hope_nobody_is_asked_twice) {
    Play play(fetch_plan());
    play.run([](unsigned, unsigned, unsigned) { return Answer{Word::no, kSoon}; });
    BOOST_TEST(play.asks == 80u);
    BOOST_TEST(play.gather.outcome().missing == all_of(10));
    BOOST_TEST((play.took() < seconds(2)));
}

BOOST_AUTO_TEST_CASE(with_hope_it_goes_on_to_the_deadline) {
    Play play(fetch_plan());
    play.run([](unsigned, unsigned block, unsigned) {
        return Answer{block == 2 ? Word::here : Word::no, kSoon};
    });
    BOOST_TEST(play.here() == 1u);
    BOOST_TEST(play.gather.outcome().missing == (all_of(10) & ~bit(2)));
    BOOST_TEST((play.now == play.plan.deadline));
}

BOOST_AUTO_TEST_CASE(where_all_are_busy_it_asks_again_and_not_at_once) {
    for (auto plan : {fetch_plan(), store_plan(), have_plan()}) {
        Play play(plan);
        play.run([&](unsigned, unsigned, unsigned) {
            return Answer{play.took() < seconds(3) ? Word::busy : Word::here, kSoon};
        });
        BOOST_TEST(play.gather.enough());
        BOOST_TEST((play.took() < seconds(5)));
        BOOST_TEST(play.bodies < 10u * 8 * 4);  // a round of its relays takes 0.8 s, and 0.4 s pass between
    }
}

BOOST_AUTO_TEST_CASE(who_was_busy_once_is_asked_once_more) {
    Play play(store_plan());
    play.run([&](unsigned number, unsigned, unsigned) {
        return Answer{number < 10 ? Word::busy : Word::no, kSoon};
    });
    BOOST_TEST(play.bodies == 2u * 80);
    BOOST_TEST((play.took() < seconds(3)));
}

// ---- all of them

BOOST_AUTO_TEST_CASE(a_store_has_all_blocks_under_way_at_once) {
    Play play(store_plan());
    play.run(all_well);
    BOOST_TEST(play.most_pending == 10u);
    BOOST_TEST(play.asks == 10u);
    BOOST_TEST((play.took() == kSoon));
    BOOST_TEST(play.completed == all_of(10));
}

BOOST_AUTO_TEST_CASE(a_store_stands_one_fault_at_every_step) {
    for (const auto& fault : kFaults) {
        for (unsigned at = 0; at < 11; ++at) {
            Play play(store_plan());
            play.run([&](unsigned number, unsigned, unsigned) { return number == at ? fault : Answer{}; });
            BOOST_TEST(play.here() == 10u);
            BOOST_TEST(play.asks <= 11u);
            BOOST_TEST((play.took() <= seconds(1)), "fault " << int(fault.word) << " at " << at);
        }
    }
}

// Half of the relays say nothing: each block has its turn at the next one, most of them only after the
// silence.
BOOST_AUTO_TEST_CASE(a_store_goes_on_after_a_silence) {
    Play play(store_plan());
    play.run([](unsigned, unsigned block, unsigned relay) {
        return block % 2 && relay == 0 ? kSilence : Answer{};
    });
    BOOST_TEST(play.here() == 10u);
    BOOST_TEST((play.took() < kLimit));
}

BOOST_AUTO_TEST_CASE(a_store_tries_every_relay_of_a_block_once) {
    Play play(store_plan());
    play.relays_per_block = 6;
    play.run([](unsigned, unsigned block, unsigned relay) {
        return Answer{block == 4 || (block == 5 && relay < 5) ? Word::failed : Word::here, kSoon};
    });
    BOOST_TEST(play.asks == 8u + 2 * 6);
    BOOST_TEST(play.gather.outcome().missing == bit(4));
    BOOST_TEST(play.completed == (all_of(10) & ~bit(4)));
}

// ---- one request for many blocks

BOOST_AUTO_TEST_CASE(a_relay_is_asked_once_for_all_that_it_may_know) {
    Play play(have_plan());
    play.network = 5;
    play.relays_per_block = 5;
    play.run(all_well);
    BOOST_TEST(play.asks == 5u);
    BOOST_TEST(play.bodies == 50u);
    BOOST_TEST((play.took() == kSoon));
    BOOST_TEST(play.completed == all_of(10));
}

// Only the fourth relay of a block knows of it. In a large network that takes four turns, all blocks side by
// side; in a small one a single turn.
BOOST_AUTO_TEST_CASE(a_have_goes_on_side_by_side) {
    for (const unsigned network : {0u, 8u}) {
        Play play(have_plan());
        play.network = network;
        play.run([](unsigned, unsigned, unsigned relay) {
            return Answer{relay == 3 ? Word::here : Word::no, kSoon};
        });
        BOOST_TEST(play.completed == all_of(10));
        BOOST_TEST((play.took() == (network ? kSoon : 4 * kSoon)));
        BOOST_TEST(play.asks == (network ? 8u : 40u));
    }
}

BOOST_AUTO_TEST_CASE(a_have_tells_what_is_away_and_what_is_not_there) {
    Play play(have_plan());
    play.run([](unsigned, unsigned block, unsigned relay) {
        if (block == 1) return Answer{relay == 2 ? Word::away : Word::no, kSoon};
        if (block == 2) return Answer{relay == 2 ? Word::away : relay == 5 ? Word::here : Word::no, kSoon};
        return Answer{block == 3 ? Word::failed : Word::here, kSoon};
    });
    BOOST_TEST(play.gather.outcome().here == (all_of(10) & ~bit(1) & ~bit(3)));
    BOOST_TEST(play.gather.outcome().away == bit(1));
    BOOST_TEST(play.gather.outcome().missing == bit(3));
}

BOOST_AUTO_TEST_CASE(a_have_stands_one_fault_at_every_step) {
    for (const unsigned network : {0u, 5u}) {
        for (const auto& fault : kFaults) {
            for (unsigned at = 0; at < 11; ++at) {
                Play play(have_plan());
                play.network = network;
                play.relays_per_block = 5;
                play.run(
                    [&](unsigned number, unsigned, unsigned) { return number == at ? fault : Answer{}; });
                BOOST_TEST(play.completed == all_of(10));
                BOOST_TEST((play.took() <= seconds(4)));
            }
        }
    }
}

// ---- ends

BOOST_AUTO_TEST_CASE(relays_that_cannot_be_found_out_are_looked_for_again) {
    Gather machine(fetch_plan());
    Time now{};
    auto step = machine.next(now, kPatience);
    BOOST_TEST(step.locate == all_of(6));
    BOOST_TEST(step.asks.empty());
    for (unsigned i = 0; i < 5; ++i) machine.located(i, {}, now);
    machine.located(5, {Play::name(1)}, now);
    step = machine.next(now, kPatience);
    BOOST_REQUIRE(step.asks.size() == 1u);
    BOOST_TEST(step.locate == (all_of(10) & ~all_of(6)));
    for (unsigned i = 6; i < 10; ++i) machine.located(i, {}, now);
    machine.answered(step.asks[0].id, {Word::away}, now);
    step = machine.next(now, kPatience);
    BOOST_TEST(!step.over);
    BOOST_TEST(step.locate == 0u);
    step = machine.next(step.wake, kPatience);
    BOOST_TEST(__builtin_popcountll(step.locate) == 6);
}

BOOST_AUTO_TEST_CASE(it_ends_when_nobody_wants_it_any_longer) {
    Gather machine(store_plan());
    auto step = machine.next(Time{}, kPatience);
    for (unsigned i = 0; i < 10; ++i) machine.located(i, {Play::name(i)}, Time{});
    step = machine.next(Time{}, kPatience);
    BOOST_TEST(step.asks.size() == 10u);
    machine.stop();
    step = machine.next(Time{}, kPatience);
    BOOST_TEST(step.over);
    BOOST_TEST(step.asks.empty());
}

BOOST_AUTO_TEST_CASE(of_nothing_there_is_enough) {
    auto plan = fetch_plan();
    plan.want = 0;
    Play play(plan);
    play.run(all_well);
    BOOST_TEST(play.asks == 0u);
    BOOST_TEST(play.gather.enough());
}

// Whatever relays do: it ends by its deadline, counts no block twice, and what is asked for beyond the plan
// is paid for by answers that were no good, or by a long silence.
BOOST_AUTO_TEST_CASE(it_ends_whatever_relays_do) {
    crypto::SeededRng rng{7};
    for (int game = 0; game < 2000; ++game) {
        auto plan = game % 3 == 0 ? fetch_plan() : game % 3 == 1 ? store_plan() : have_plan();
        plan.want = rng.below(1 << 12);
        plan.need = static_cast<unsigned>(rng.below(12));
        Play play(plan);
        play.network = static_cast<unsigned>(rng.below(3)) * 7;
        play.relays_per_block = play.network ? 6 : 8;
        const auto bad = rng.below(100);
        unsigned no_good = 0;
        play.run([&](unsigned, unsigned, unsigned) {
            if (rng.below(100) >= bad) return Answer{Word::here, milliseconds(rng.below(1500))};
            ++no_good;
            return kFaults[rng.below(std::size(kFaults))];
        });
        BOOST_TEST(play.over);
        BOOST_TEST((play.now <= plan.deadline));
        BOOST_TEST(play.here() <= std::max(plan.need, 0u));
        if (!plan.shared)
            BOOST_TEST(play.bodies <= plan.need + std::max(plan.ahead, plan.need) + plan.budget + no_good);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
