// Proves: credit bounds what a neighbour can make us hold; windows grow while what comes leaves, never beyond
// the node's budget, share it when it is used up, and give it back when memory is short.
#include "routing/link/credit.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>

#include "crypto/random.hpp"

namespace catacomb::routing {
namespace {

// Both ends of one circuit and direction. What arrives is held until take() lets it leave.
struct Pipe {
    explicit Pipe(WindowBudget& budget) : receiver(budget) {}

    // The sender sends all that it may.
    void fill() {
        while (sender.may_send()) {
            sender.on_sent();
            BOOST_REQUIRE(receiver.on_arrival());
        }
    }
    void take() {
        if (const auto credits = receiver.on_left()) BOOST_REQUIRE(sender.on_credit(credits));
    }
    // A fast next hop: everything leaves as it comes.
    void flow(std::size_t cells) {
        for (std::size_t i = 0; i < cells; ++i) {
            BOOST_REQUIRE(sender.may_send());
            sender.on_sent();
            BOOST_REQUIRE(receiver.on_arrival());
            take();
        }
    }

    CreditSender sender;
    CreditReceiver receiver;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(credit)

BOOST_AUTO_TEST_CASE(a_sender_stops_at_the_window_and_goes_on_with_credit) {
    CreditSender sender(3, 8);
    for (int i = 0; i < 3; ++i) {
        BOOST_REQUIRE(sender.may_send());
        sender.on_sent();
    }
    BOOST_TEST(!sender.may_send());
    BOOST_TEST(!!sender.on_credit(2));
    sender.on_sent();
    sender.on_sent();
    BOOST_TEST(!sender.may_send());
}

BOOST_AUTO_TEST_CASE(more_credit_than_a_window_holds_is_an_error) {
    CreditSender sender(3, 5);
    BOOST_TEST(!sender.on_credit(0));
    BOOST_TEST(!sender.on_credit(3));
    BOOST_TEST(!sender.on_credit(SIZE_MAX));
    BOOST_TEST(!!sender.on_credit(2));
    BOOST_TEST(!sender.on_credit(1));
}

BOOST_AUTO_TEST_CASE(a_receiver_refuses_more_than_it_granted) {
    WindowBudget none(0);
    CreditReceiver receiver(none, 4, 8, 2);
    for (int i = 0; i < 4; ++i) BOOST_REQUIRE(receiver.on_arrival());
    BOOST_TEST((receiver.on_arrival().error().is(Code::limit)));
    BOOST_TEST(receiver.holding() == 4u);
    // One has left, but its credit was not given back yet.
    BOOST_TEST(receiver.on_left() == 0u);
    BOOST_TEST(!receiver.on_arrival());
    BOOST_TEST(receiver.on_left() == 2u);
    BOOST_TEST(!!receiver.on_arrival());
    BOOST_TEST(!!receiver.on_arrival());
    BOOST_TEST(!receiver.on_arrival());
}

BOOST_AUTO_TEST_CASE(a_window_grows_while_what_comes_leaves) {
    WindowBudget budget(4096);
    Pipe pipe(budget);
    pipe.flow(kCircuitWindow);
    BOOST_TEST(pipe.receiver.window() == 2 * kCircuitWindow);  // doubled in a round
    pipe.flow(4 * kLargestWindow);
    BOOST_TEST(pipe.receiver.window() == kLargestWindow);
    BOOST_TEST(budget.granted() == kLargestWindow - kCircuitWindow);
    pipe.fill();
    BOOST_TEST(!pipe.receiver.on_arrival());
}

BOOST_AUTO_TEST_CASE(a_window_does_not_grow_while_much_waits) {
    WindowBudget budget(4096);
    Pipe pipe(budget);
    for (int i = 0; i < 1000; ++i) {
        pipe.fill();
        pipe.take();
    }
    BOOST_TEST(pipe.receiver.window() == kCircuitWindow);
    BOOST_TEST(budget.granted() == 0u);
}

BOOST_AUTO_TEST_CASE(the_budget_is_shared_and_what_ends_gives_back) {
    WindowBudget budget(600);
    std::deque<Pipe> pipes;
    pipes.emplace_back(budget);
    pipes.front().flow(4 * kLargestWindow);
    BOOST_TEST(pipes.front().receiver.window() == kLargestWindow);
    for (int i = 0; i < 5; ++i) pipes.emplace_back(budget);
    for (int round = 0; round < 200; ++round) {
        for (auto& pipe : pipes) pipe.flow(kCreditBatch);
        BOOST_REQUIRE(budget.granted() <= 600u);
    }
    for (const auto& pipe : pipes) {
        BOOST_TEST(pipe.receiver.window() >= kCircuitWindow);
        BOOST_TEST(pipe.receiver.window() <= kCircuitWindow + 600 / 6 + 2 * kCreditBatch);
    }
    pipes.clear();
    BOOST_TEST(budget.granted() == 0u);
}

BOOST_AUTO_TEST_CASE(when_memory_is_short_windows_shrink_to_what_they_began_with) {
    WindowBudget budget(4096);
    Pipe pipe(budget);
    pipe.flow(4 * kLargestWindow);
    budget.set_short(true);
    pipe.flow(4 * kLargestWindow);
    BOOST_TEST(pipe.receiver.window() == kCircuitWindow);
    BOOST_TEST(budget.granted() == 0u);
    budget.set_short(false);
    pipe.flow(4 * kLargestWindow);
    BOOST_TEST(pipe.receiver.window() == kLargestWindow);
}

// Random traffic: neither end ever sees an error, the receiver never holds more than its window, the budget
// is kept, and nothing gets stuck.
BOOST_AUTO_TEST_CASE(honest_ends_never_err_and_never_stop) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        crypto::SeededRng rng(seed);
        WindowBudget budget(rng.below(1000));
        const auto window = 1 + rng.below(80);
        const auto largest = window + rng.below(200);
        CreditSender sender(window, largest);
        CreditReceiver receiver(budget, window, largest, 1 + rng.below(window));
        std::size_t delivered = 0;
        for (int step = 0; step < 2000; ++step) {
            if (rng.chance(0.01)) budget.set_short(rng.chance(0.5));
            if (sender.may_send() && rng.chance(0.6)) {
                sender.on_sent();
                BOOST_REQUIRE(receiver.on_arrival());
            } else if (receiver.holding() > 0) {
                ++delivered;
                if (const auto credits = receiver.on_left()) BOOST_REQUIRE(sender.on_credit(credits));
            }
            BOOST_REQUIRE(receiver.holding() <= receiver.window());
            BOOST_REQUIRE(receiver.window() <= largest);
            BOOST_REQUIRE((sender.may_send() || receiver.holding() > 0));
        }
        BOOST_TEST(delivered > 300u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
