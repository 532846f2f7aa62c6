// Proves: a link asks for a sign of life only after it sent something and heard nothing for a while, and
// takes the other end for dead only when it had its time and we were awake to hear it.
#include "routing/link/pulse.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::routing {
namespace {

using Step = Pulse::Step;
constexpr Time kNow = Time(hours(24 * 365 * 50));
constexpr auto kMoment = milliseconds(1);

}  // namespace

BOOST_AUTO_TEST_SUITE(pulses)

BOOST_AUTO_TEST_CASE(who_expects_nothing_does_not_ask) {
    Pulse pulse;
    BOOST_TEST((pulse.look(kNow) == Step::nothing && pulse.look(kNow + hours(5)) == Step::nothing));
    pulse.sent(kNow);
    pulse.heard();
    BOOST_TEST((pulse.look(kNow + hours(5)) == Step::nothing));
}

BOOST_AUTO_TEST_CASE(silence_is_asked_about_and_then_the_end) {
    Pulse pulse;
    pulse.sent(kNow);
    pulse.sent(kNow + seconds(9));  // the first counts
    BOOST_TEST((pulse.look(kNow + Pulse::kQuiet - kMoment) == Step::nothing));
    const auto asked = kNow + Pulse::kQuiet;
    BOOST_TEST((pulse.look(asked) == Step::probe));
    BOOST_TEST((pulse.look(asked + Pulse::kPatience - kMoment) == Step::nothing));
    BOOST_TEST((pulse.look(asked + Pulse::kPatience) == Step::nothing));
    BOOST_TEST((pulse.look(asked + Pulse::kPatience + kMoment) == Step::end));
}

BOOST_AUTO_TEST_CASE(any_sign_of_life_begins_anew) {
    Pulse pulse;
    pulse.sent(kNow);
    BOOST_TEST((pulse.look(kNow + Pulse::kQuiet) == Step::probe));
    pulse.heard();
    BOOST_TEST((pulse.look(kNow + minutes(1)) == Step::nothing));
    pulse.sent(kNow + minutes(1));
    BOOST_TEST((pulse.look(kNow + minutes(2)) == Step::probe));
}

// A machine that slept looks before it reads.
BOOST_AUTO_TEST_CASE(our_own_sleep_is_nobodys_silence) {
    Pulse pulse;
    pulse.sent(kNow);
    BOOST_TEST((pulse.look(kNow + Pulse::kQuiet) == Step::probe));
    BOOST_TEST((pulse.look(kNow + hours(8)) == Step::nothing));
    pulse.heard();
    BOOST_TEST((pulse.look(kNow + hours(9)) == Step::nothing));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
