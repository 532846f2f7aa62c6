// Proves: a wrong clock is found out by the median of several voices, and no single liar, however wild, finds
// a right clock wrong; a greeting survives the wire and nothing else is one.
#include "routing/link/clock_voices.hpp"

#include <boost/test/unit_test.hpp>

#include "routing/link/greeting.hpp"

namespace catacomb::routing {
namespace {

constexpr Time kNow = Time(hours(24 * 365 * 50));

struct Heard {
    ClockVoices voices;
    std::uint64_t next_prefix = 1;

    void hear(Duration ahead) { voices.hear(next_prefix++, kNow + ahead, kNow); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_voices, Heard)

BOOST_AUTO_TEST_CASE(one_voice_says_nothing) {
    BOOST_TEST(!voices.verdict().has_value());
    hear(hours(1));
    BOOST_TEST(!voices.verdict().has_value());
    // The same relay again, or another of its network, is no second one.
    voices.hear(1, kNow + hours(1), kNow);
    BOOST_TEST(!voices.verdict().has_value());
}

BOOST_AUTO_TEST_CASE(two_that_agree_do) {
    hear(hours(1));
    hear(hours(1) + seconds(3));
    BOOST_REQUIRE(voices.verdict().has_value());
    BOOST_TEST((voices.verdict()->ahead == hours(1)));
    BOOST_TEST(voices.verdict()->voices == 2);
}

BOOST_AUTO_TEST_CASE(a_single_liar_convinces_nobody) {
    for (const Duration lie : {Duration(hours(1)), -Duration(hours(1)), Duration(hours(24 * 365 * 100))}) {
        for (int honest = 1; honest < 5; ++honest) {
            Heard heard;
            for (int i = 0; i < honest; ++i) heard.hear(seconds(i));
            heard.hear(lie);
            BOOST_TEST(!heard.voices.verdict().has_value(), honest << " honest ones");
        }
    }
    hear(Duration(seconds(1)));
    voices.hear(99, kNever, kNow);
    voices.hear(98, Time{}, kNow);
    BOOST_TEST(!voices.verdict().has_value());
}

BOOST_AUTO_TEST_CASE(a_liar_does_not_hide_a_wrong_clock) {
    for (int i = 0; i < 3; ++i) hear(-Duration(hours(2)));
    hear(Duration{});
    BOOST_REQUIRE(voices.verdict().has_value());
    BOOST_TEST((voices.verdict()->ahead == -Duration(hours(2))));
}

BOOST_AUTO_TEST_CASE(a_few_minutes_are_nothing) {
    for (int i = 0; i < 5; ++i) hear(minutes(4));
    BOOST_TEST(!voices.verdict().has_value());
}

BOOST_AUTO_TEST_CASE(voices_are_bounded_and_the_oldest_goes) {
    hear(hours(9));
    for (std::size_t i = 0; i < 2 * ClockVoices::kMostVoices; ++i) hear(hours(1));
    BOOST_REQUIRE(voices.verdict().has_value());
    BOOST_TEST(voices.verdict()->voices == ClockVoices::kMostVoices);
    BOOST_TEST((voices.verdict()->ahead == hours(1)));
}

BOOST_AUTO_TEST_CASE(lengths_are_told_in_words) {
    BOOST_TEST(in_words(minutes(7)) == "7 min");
    BOOST_TEST(in_words(-Duration(hours(1) + minutes(2))) == "1 h 2 min");
    BOOST_TEST(in_words(hours(49)) == "2 d 1 h");
}

BOOST_AUTO_TEST_CASE(greetings) {
    const Greeting sent{kNow, Bytes(300, 7)};
    const auto got = decode_greeting(encode(sent));
    BOOST_REQUIRE(got);
    BOOST_TEST((got->clock == sent.clock));
    BOOST_TEST((got->descriptor == sent.descriptor));
    // Who is no relay says nothing, not even the time.
    BOOST_TEST(encode(Greeting{kNow, {}}).empty());
    BOOST_REQUIRE(decode_greeting({}));
    BOOST_TEST(decode_greeting({})->descriptor.empty());
    for (std::size_t size = 1; size <= 8; ++size) BOOST_TEST(!decode_greeting(Bytes(size, 1)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::routing
