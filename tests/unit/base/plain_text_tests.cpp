// Proves: of a stranger's text nothing stays that acts on a terminal or breaks a document, and all else
// stays.
#include "base/plain_text.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb {

BOOST_AUTO_TEST_SUITE(plain_texts)

BOOST_AUTO_TEST_CASE(only_well_formed_utf8_stays) {
    for (const auto* good : {"", "plain ~", "\xc2\xa0", "\u00fc", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                             "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        BOOST_TEST(plain_text(good) == good, good);
    }
    // Overlong, surrogate, beyond U+10FFFF, cut short, stray, never used.
    for (const auto* bad : {"\xc0\x80", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xfe\xff"}) {
        BOOST_TEST(plain_text(bad) == std::string(std::string_view(bad).size(), '?'));
    }
    BOOST_TEST(plain_text("\xe2\x82x") == "??x");
}

BOOST_AUTO_TEST_CASE(what_acts_on_a_terminal_goes) {
    BOOST_TEST(plain_text("bell \a, \x1b[2J, \x7f, c1 \u009b, \n") == "bell ?, ?[2J, ?, c1 ?, ?");
    BOOST_TEST(plain_text("a\u202etxt.exe\u2066b\u200f", '_') == "a_txt.exe_b_");
    BOOST_TEST(plain_text("\u200d\u2029\u202f\u2065\u206a") == "\u200d\u2029\u202f\u2065\u206a");
    BOOST_TEST(plain_text(std::string(1, '\0')) == "?");
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_cut_between_characters) {
    BOOST_TEST(plain_text(std::string(10'000, '\n'), '?', 300) == std::string(300, '?'));
    BOOST_TEST(plain_text("aa\u00fc", '?', 3) == "aa");
    BOOST_TEST(plain_text("aa\u00fc", '?', 4) == "aa\u00fc");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
