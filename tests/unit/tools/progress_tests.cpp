// Proves that progress reads as it should, also when fields are missing or absurd.
#include "tools/catacomb/progress.hpp"

#include <boost/test/unit_test.hpp>

using namespace catacomb::cli;

BOOST_AUTO_TEST_SUITE(progress)

BOOST_AUTO_TEST_CASE(amounts_and_times_are_short) {
    BOOST_TEST(amount_text(0) == "0 B");
    BOOST_TEST(amount_text(1023) == "1023 B");
    BOOST_TEST(amount_text(1536) == "1.5 KiB");
    BOOST_TEST(amount_text(5e15) == "4547.5 TiB");
    BOOST_TEST(duration_text(7) == "0:07");
    BOOST_TEST(duration_text(3599.6) == "1:00:00");
    BOOST_TEST(duration_text(-5) == "0:00");
    BOOST_TEST(duration_text(1e30) == "1000000:00:00");
}

BOOST_AUTO_TEST_CASE(words_say_what_is_known) {
    BOOST_TEST(progress_words({{"phase", "storing"}, {"bytes_done", 1048576}}) == "storing 1.0 MiB");
    BOOST_TEST(progress_words({{"phase", "storing"},
                               {"bytes_done", 1048576},
                               {"bytes_total", 4194304},
                               {"bytes_per_second", 1048576.0},
                               {"eta_seconds", 3.0},
                               {"blocks_needed", 240},
                               {"blocks_done", 60},
                               {"blocks_failed", 2}}) ==
               "storing 1.0 MiB of 4.0 MiB, 1.0 MiB/s, 0:03 left, 60 of 240 blocks, 2 failed");
    BOOST_TEST(progress_words({{"phase", 7}, {"bytes_done", "x"}, {"eta_seconds", nullptr}}) == " 0 B");
}

BOOST_AUTO_TEST_CASE(the_bar_fills_and_fits) {
    const auto bar = [](int done) {
        return progress_bar({{"phase", "p"}, {"bytes_done", done}, {"bytes_total", 100}}, 200);
    };
    BOOST_TEST(bar(0).find("[>                       ]   0%") != std::string::npos);
    BOOST_TEST(bar(50).find("[============>           ]  50%") != std::string::npos);
    BOOST_TEST(bar(100).find("[========================] 100%") != std::string::npos);
    BOOST_TEST(bar(500).find("100%") != std::string::npos);
    BOOST_TEST(progress_bar({{"phase", "p"}, {"bytes_total", 100}}, 20).size() == 20u);
}

BOOST_AUTO_TEST_SUITE_END()
