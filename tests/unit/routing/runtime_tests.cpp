// Proves: timers fire in order of time, then of setting; can be cancelled by one another; cannot spin; and
// close() fires every one, those set later included.
#include "routing/runtime.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "tools/sim/world.hpp"

using namespace catacomb;
using routing::Endpoint;
using routing::Runtime;

namespace {

struct OneNode {
    sim::SimWorld world{1};
    Runtime& runtime = world.start("node", Endpoint::v4(0x0a000001, 0));
    std::string fired;

    Time in(int ms) const { return world.now() + milliseconds(ms); }
    Runtime::TimerId set(int ms, char name) {
        return runtime.call_at(in(ms), [this, name] { fired += name; });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_timers, OneNode)

BOOST_AUTO_TEST_CASE(fire_in_order_of_time_then_of_setting) {
    set(20, 'c');
    set(10, 'a');
    set(20, 'd');
    set(10, 'b');
    set(-5, '!');
    world.run_for(milliseconds(9));
    BOOST_TEST(fired == "!");
    world.run_for(milliseconds(1));
    BOOST_TEST(fired == "!ab");
    world.run_for(milliseconds(10));
    BOOST_TEST(fired == "!abcd");
}

BOOST_AUTO_TEST_CASE(fire_at_their_time_exactly) {
    Time at{};
    const auto due = in(123);
    runtime.call_at(due, [&] { at = runtime.now(); });
    world.run_for(seconds(1));
    BOOST_CHECK(at == due);
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_does_not_fire) {
    auto a = set(10, 'a');
    set(11, 'b');
    runtime.cancel(a);
    BOOST_CHECK(a == Runtime::TimerId{});
    runtime.cancel(a);  // again: nothing
    world.run_for(seconds(1));
    BOOST_TEST(fired == "b");
}

BOOST_AUTO_TEST_CASE(a_timer_cancels_others_that_are_due_with_it) {
    Runtime::TimerId second, third;
    runtime.call_at(in(10), [&] {
        fired += '1';
        runtime.cancel(second);
    });
    second = set(10, '2');
    third = set(10, '3');
    world.run_for(seconds(1));
    BOOST_TEST(fired == "13");
}

BOOST_AUTO_TEST_CASE(a_timer_that_sets_one_for_now_lets_others_run) {
    std::function<void()> again = [&] {
        fired += 'x';
        if (fired.size() < 6) runtime.call_at(runtime.now(), again);
    };
    runtime.call_at(in(10), again);
    set(10, 'a');
    world.run_for(milliseconds(10));
    BOOST_TEST(fired == "xaxxxx");
}

BOOST_AUTO_TEST_CASE(an_earlier_timer_overtakes_the_armed_one) {
    set(1000, 'z');
    world.run_for(milliseconds(10));
    set(10, 'a');
    world.run_for(milliseconds(10));
    BOOST_TEST(fired == "a");
    world.run_for(seconds(1));
    BOOST_TEST(fired == "az");
}

BOOST_AUTO_TEST_CASE(close_fires_all_and_those_set_later) {
    set(10, 'a');
    runtime.call_at(kNever, [&] {
        fired += 'n';
        set(1000, 'l');
    });
    runtime.close();
    BOOST_TEST(runtime.closing());
    BOOST_TEST(fired == "");  // not from inside close()
    world.run_for({});
    BOOST_TEST(fired == "anl");
    set(5, 'm');
    BOOST_TEST(fired == "anl");
    world.run_for({});
    BOOST_TEST(fired == "anlm");
}

BOOST_AUTO_TEST_CASE(posted_work_runs_in_order_and_not_at_once) {
    runtime.post([&] { fired += 'a'; });
    runtime.post([&] { fired += 'b'; });
    BOOST_TEST(fired == "");
    world.run_for({});
    BOOST_TEST(fired == "ab");
}

BOOST_AUTO_TEST_SUITE_END()
