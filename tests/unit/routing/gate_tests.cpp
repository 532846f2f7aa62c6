// Proves: every wait ends, by open(), at its deadline or at close(), and says how; task sets wait for their
// tasks even while closing; work comes back from the pool; dialling gives up in time.
#include "routing/gate.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

#include "tools/sim/world.hpp"

using namespace catacomb;
using namespace catacomb::routing;

namespace {

struct TwoNodes {
    sim::SimWorld world{7};
    const Endpoint here = Endpoint::v4(0x0a000001, 100), there = Endpoint::v4(0x0a000002, 200);
    sim::SimRuntime& runtime = world.start("here", here);
    sim::SimRuntime& other = world.start("there", there);
    TaskSet tasks{runtime};
    std::string log;

    Time in(int ms) const { return world.now() + milliseconds(ms); }
    ~TwoNodes() {
        world.close();
        BOOST_CHECK_EQUAL(tasks.count(), 0U);
    }
    Task<void> note(Gate& gate, Time deadline, char name) {
        const auto wake = co_await gate.wait(deadline);
        log += name;
        log += "otc"[static_cast<int>(wake)];
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gates, TwoNodes)

BOOST_AUTO_TEST_CASE(open_wakes_all_who_wait_in_order_and_does_not_stay_open) {
    Gate gate(runtime);
    tasks.spawn(note(gate, kNever, 'a'));
    tasks.spawn(note(gate, in(50), 'b'));
    world.run_for(milliseconds(10));
    BOOST_TEST(log == "");
    gate.open();
    BOOST_TEST(log == "");  // not from inside open()
    tasks.spawn(note(gate, in(50), 'c'));
    world.run_for(milliseconds(10));
    BOOST_TEST(log == "aobo");
    world.run_for(seconds(1));
    BOOST_TEST(log == "aoboct");
}

BOOST_AUTO_TEST_CASE(waits_end_at_their_deadline) {
    Gate gate(runtime);
    tasks.spawn(note(gate, in(20), 'b'));
    tasks.spawn(note(gate, in(10), 'a'));
    tasks.spawn(note(gate, in(-10), 'z'));
    world.run_for(milliseconds(19));
    BOOST_TEST(log == "ztat");
    world.run_for(milliseconds(1));
    BOOST_TEST(log == "ztatbt");
}

BOOST_AUTO_TEST_CASE(close_ends_waits_and_later_ones_at_once) {
    Gate gate(runtime);
    tasks.spawn(note(gate, kNever, 'a'));
    tasks.spawn(note(gate, in(10), 'b'));
    world.run_for(milliseconds(1));
    runtime.close();
    world.run_for({});
    BOOST_TEST(log.size() == 4U);
    BOOST_TEST(log.find("ac") != std::string::npos);
    BOOST_TEST(log.find("bc") != std::string::npos);
    tasks.spawn(note(gate, in(10), 'd'));
    world.run_for({});
    BOOST_TEST(log.substr(4) == "dc");
}

BOOST_AUTO_TEST_CASE(a_gate_that_goes_away_ends_its_waits) {
    auto gate = std::make_unique<Gate>(runtime);
    tasks.spawn(note(*gate, in(10), 'a'));
    world.run_for(milliseconds(1));
    gate.reset();
    world.run_for(seconds(1));
    BOOST_TEST(log == "ac");
}

BOOST_AUTO_TEST_CASE(open_and_deadline_at_the_same_time_wake_once) {
    Gate gate(runtime);
    runtime.call_at(in(10), [&] { gate.open(); });
    tasks.spawn(note(gate, in(10), 'a'));
    world.run_for(seconds(1));
    BOOST_TEST(log == "ao");
}

Task<void> sleep_and_tell(Runtime& runtime, Time until, std::optional<bool>& out, Time& woke) {
    out = co_await sleep_until(runtime, until);
    woke = runtime.now();
}

BOOST_AUTO_TEST_CASE(sleep_tells_morning_from_closing) {
    std::optional<bool> slept, disturbed;
    Time woke{}, disturbed_at{};
    const auto due = in(70);
    tasks.spawn(sleep_and_tell(runtime, due, slept, woke));
    tasks.spawn(sleep_and_tell(runtime, kNever, disturbed, disturbed_at));
    world.run_for(milliseconds(80));
    BOOST_TEST(slept.value());
    BOOST_CHECK(woke == due);
    BOOST_TEST(!disturbed.has_value());
    runtime.close();
    world.run_for({});
    BOOST_TEST(!disturbed.value());
}

Task<void> await_promise(std::shared_ptr<Promise<int>> promise, Time deadline,
                         std::optional<Result<int>>& out) {
    out = co_await promise->wait(deadline);
}

BOOST_AUTO_TEST_CASE(promises_are_kept_before_and_after_the_wait) {
    const auto early = std::make_shared<Promise<int>>(runtime),
               late = std::make_shared<Promise<int>>(runtime);
    std::optional<Result<int>> first, second;
    early->set(1);
    early->set(2);  // the first value stands
    BOOST_TEST(early->is_set());
    tasks.spawn(await_promise(early, in(10), first));
    tasks.spawn(await_promise(late, in(10), second));
    world.run_for(milliseconds(5));
    late->set(error(Code::refused));
    world.run_for(milliseconds(1));
    BOOST_TEST(first->value() == 1);
    BOOST_TEST(second->error().is(Code::refused));
}

BOOST_AUTO_TEST_CASE(promises_not_kept_time_out_or_close) {
    const auto promise = std::make_shared<Promise<int>>(runtime);
    std::optional<Result<int>> timed_out, closed;
    tasks.spawn(await_promise(promise, in(10), timed_out));
    world.run_for(milliseconds(10));
    BOOST_TEST(timed_out->error().is(Code::timed_out));
    tasks.spawn(await_promise(promise, in(10), closed));
    world.run_for(milliseconds(5));
    runtime.close();
    world.run_for({});
    BOOST_TEST(closed->error().is(Code::closed));
}

Task<void> compute(Runtime& runtime, std::unique_ptr<int>& out) {
    std::function<std::unique_ptr<int>()> work = [] { return std::make_unique<int>(42); };
    out = co_await on_worker<std::unique_ptr<int>>(runtime, std::move(work));
}

BOOST_AUTO_TEST_CASE(work_comes_back_from_the_pool_at_a_later_event) {
    std::unique_ptr<int> answer;
    world.network().conditions.worker_delay_max = milliseconds(2);
    tasks.spawn(compute(runtime, answer));
    world.run_for(milliseconds(2));
    BOOST_REQUIRE(answer);
    BOOST_TEST(*answer == 42);
}

Task<void> set_true(bool& ran) {
    ran = true;
    co_return;
}

Task<void> spawn_inside(TaskSet& tasks, bool& inner_ran, bool& ran_inside_spawn) {
    tasks.spawn(set_true(inner_ran));
    ran_inside_spawn = inner_ran;
    co_return;
}

BOOST_AUTO_TEST_CASE(spawned_tasks_start_at_a_later_turn) {
    bool ran = false, ran_inside = true;
    tasks.spawn(spawn_inside(tasks, ran, ran_inside));
    BOOST_TEST(tasks.count() == 1U);
    world.run_for({});
    BOOST_TEST(ran);
    BOOST_TEST(!ran_inside);
    BOOST_TEST(tasks.count() == 0U);
}

Task<void> drain(TaskSet& waited_for, bool& drained) {
    co_await waited_for.drained();
    drained = true;
}

BOOST_AUTO_TEST_CASE(drained_waits_for_zero_while_running_and_while_closing) {
    TaskSet set(runtime);
    Gate gate(runtime);
    bool drained = false, drained_closing = false;
    set.spawn(note(gate, in(10), 'a'));
    tasks.spawn(drain(set, drained));
    world.run_for(milliseconds(9));
    BOOST_TEST(!drained);
    world.run_for(milliseconds(1));
    BOOST_TEST(drained);

    std::unique_ptr<int> answer;  // the pool cannot be hurried: closing waits for what it was given
    world.network().conditions.worker_delay_max = milliseconds(500);
    set.spawn(compute(runtime, answer));
    world.run_for({});
    runtime.close();
    tasks.spawn(drain(set, drained_closing));
    world.run_for({});
    BOOST_TEST(!drained_closing);
    world.run_for(milliseconds(500));
    BOOST_TEST(drained_closing);
    BOOST_TEST((answer != nullptr));
}

Task<void> fail() {
    throw std::logic_error("a bug");
    co_return;
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_task_ends_the_run) {
    tasks.spawn(fail());
    BOOST_CHECK_THROW(world.run_for({}), std::logic_error);
    BOOST_TEST(tasks.count() == 0U);
}

Task<void> dial(Runtime& runtime, Endpoint to, Time deadline, std::optional<Result<StreamPtr>>& out) {
    out = co_await connect(runtime, to, deadline);
}

BOOST_AUTO_TEST_CASE(dialling_succeeds_or_is_refused) {
    StreamPtr accepted;
    auto listener = other.listen(there, [&](StreamPtr stream) { accepted = std::move(stream); });
    BOOST_REQUIRE(listener);
    std::optional<Result<StreamPtr>> good, refused;
    tasks.spawn(dial(runtime, there, in(1000), good));
    tasks.spawn(dial(runtime, Endpoint::v4(0x0a000002, 201), in(1000), refused));
    world.run_for(milliseconds(500));
    BOOST_REQUIRE(good && *good && accepted);
    BOOST_CHECK((**good)->remote() == there);
    BOOST_CHECK(accepted->remote().address == here.address);
    BOOST_TEST(refused->error().is(Code::unreachable));
}

BOOST_AUTO_TEST_CASE(dialling_gives_up_at_the_deadline_and_drops_what_connects_later) {
    StreamPtr accepted;
    auto listener = other.listen(there, [&](StreamPtr stream) { accepted = std::move(stream); });
    BOOST_REQUIRE(listener);
    world.network().partition({runtime.address()}, {other.address()});
    std::optional<Result<StreamPtr>> stream;
    tasks.spawn(dial(runtime, there, in(1000), stream));
    world.run_for(milliseconds(999));
    BOOST_TEST(!stream.has_value());
    world.run_for(milliseconds(1));
    BOOST_TEST(stream->error().is(Code::timed_out));
    world.network().heal();
    const auto hung_up = [&] {
        ByteArray<1> byte;
        return accepted && !accepted->read_some(byte) && accepted->read_some(byte).error().is(Code::closed);
    };
    BOOST_TEST(world.run_until(hung_up, seconds(5)));
}

BOOST_AUTO_TEST_CASE(dialling_ends_at_close) {
    std::optional<Result<StreamPtr>> stream;
    world.network().partition({runtime.address()}, {other.address()});
    tasks.spawn(dial(runtime, there, kNever, stream));
    world.run_for(milliseconds(100));
    runtime.close();
    world.run_for({});
    BOOST_TEST(stream->error().is(Code::closed));
}

BOOST_AUTO_TEST_SUITE_END()
