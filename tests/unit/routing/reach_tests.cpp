// Proves: what ends a call tells of the relay no more than it can; suspicion grows with each silence in a
// row, once for what was under way together, and ends with any answer; and calls to relays are heard by the
// view.
#include "routing/reach.hpp"

#include <boost/test/unit_test.hpp>

#include "routing/membership/attentive_caller.hpp"
#include "tests/unit/routing/relay_fixture.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::routing {
namespace {

constexpr Time kNow = Time(hours(24 * 365 * 50));

}  // namespace

BOOST_AUTO_TEST_SUITE(reach)

BOOST_AUTO_TEST_CASE(who_says_no_is_there) {
    BOOST_TEST((heard_from(std::nullopt, Duration{}, Answers::alone) == Heard::answer));
    for (const auto no : {Code::refused, Code::unsupported, Code::busy, Code::not_found, Code::full,
                          Code::malformed, Code::corrupt})
        BOOST_TEST((heard_from(no, minutes(1), Answers::alone) == Heard::answer), name_of(no));
}

BOOST_AUTO_TEST_CASE(who_cannot_be_connected_to_is_not) {
    for (const auto how : {Answers::alone, Answers::for_others})
        BOOST_TEST((heard_from(Code::unreachable, Duration{}, how) == Heard::silence));
}

BOOST_AUTO_TEST_CASE(silence_counts_of_who_had_time_and_needs_nobody) {
    BOOST_TEST((heard_from(Code::timed_out, seconds(2), Answers::alone) == Heard::silence));
    // The end of a lookup's time is no silence of the relay that was asked last.
    BOOST_TEST((heard_from(Code::timed_out, milliseconds(1999), Answers::alone) == Heard::nothing));
    BOOST_TEST((heard_from(Code::timed_out, minutes(1), Answers::for_others) == Heard::nothing));
}

BOOST_AUTO_TEST_CASE(our_own_limits_and_our_end_say_nothing) {
    for (const auto ours : {Code::limit, Code::closed})
        BOOST_TEST((heard_from(ours, minutes(1), Answers::alone) == Heard::nothing));
}

BOOST_AUTO_TEST_CASE(suspicion_grows_in_a_row_and_ends_with_an_answer) {
    Reach reach;
    BOOST_TEST(reach.is_sound());
    auto now = kNow;
    for (auto lasted = kFirstSuspicion; lasted < kLongestSuspicion * 2; lasted *= 2) {
        BOOST_TEST(!reach.is_suspect(now));
        reach.heard(Heard::silence, now);
        reach.heard(Heard::silence, now + seconds(1));  // sent before we knew
        BOOST_TEST(reach.is_suspect(now + lasted - microseconds(1)));
        BOOST_TEST(!reach.is_suspect(now + lasted));
        now += lasted;
    }
    reach.heard(Heard::nothing, now);
    BOOST_TEST((!reach.is_suspect(now) && !reach.is_sound()));
    reach.heard(Heard::silence, now);
    BOOST_TEST(reach.is_suspect(now + kLongestSuspicion - microseconds(1)));
    BOOST_TEST(!reach.is_suspect(now + kLongestSuspicion));
    reach.heard(Heard::answer, now + seconds(1));
    BOOST_TEST((!reach.is_suspect(now + seconds(1)) && reach.is_sound()));
    reach.heard(Heard::silence, now + seconds(2));
    BOOST_TEST(!reach.is_suspect(now + seconds(2) + kFirstSuspicion));
}

// Each call ends as the script says.
struct Scripted final : RpcCaller {
    explicit Scripted(Runtime& with) : runtime(with) {}
    Task<Result<Bytes>> call(DescriptorPtr, Method, Bytes, Time deadline) override {
        co_await sleep_until(runtime, deadline);
        co_return next;
    }

    Runtime& runtime;
    Result<Bytes> next = Bytes{};
};

struct Calls {
    sim::SimWorld world{1};
    sim::SimRuntime& runtime = world.start("node", tests::test_address(0));
    std::unique_ptr<tests::TestRelay> peer =
        std::make_unique<tests::TestRelay>(runtime.rng(), tests::test_address(1), runtime.now());
    View view{tests::test_network()};
    Scripted scripted{runtime};
    AttentiveCaller calls{runtime, view, scripted};
    TaskSet tasks{runtime};

    Calls() { view.insert(peer->descriptor(), runtime.now()); }
    ~Calls() { world.close(); }

    Task<void> ask(Method method, Duration limit) {
        Bytes body;
        co_await calls.call(peer->descriptor(), method, std::move(body), runtime.now() + limit);
    }
    bool suspected_after(Result<Bytes> outcome, Method method, Duration limit) {
        scripted.next = std::move(outcome);
        tasks.spawn(ask(method, limit));
        BOOST_TEST_REQUIRE(world.run_until([this] { return tasks.count() == 0; }, minutes(2)));
        return view.is_suspect(peer->descriptor()->id, runtime.now());
    }
};

BOOST_FIXTURE_TEST_CASE(calls_are_heard_by_the_view, Calls) {
    BOOST_TEST(!suspected_after(error(Code::timed_out), Method::fetch, seconds(12)));
    BOOST_TEST(!suspected_after(error(Code::timed_out), Method::store, seconds(12)));
    BOOST_TEST(!suspected_after(error(Code::timed_out), Method::renew, seconds(12)));
    for (const auto method : {Method::ping, Method::ring_state, Method::ring_notify, Method::ring_find,
                              Method::gossip, Method::have}) {
        BOOST_TEST(suspected_after(error(Code::timed_out), method, seconds(2)));
        BOOST_TEST(suspected_after(error(Code::limit), method, milliseconds(1)));
        BOOST_TEST(!suspected_after(error(Code::refused), method, milliseconds(1)));
        BOOST_TEST(suspected_after(error(Code::unreachable), method, milliseconds(1)));
        BOOST_TEST(!suspected_after(Bytes{}, method, milliseconds(1)));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
