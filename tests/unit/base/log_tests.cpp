// The logging facade: what is private prints as stars, what is not wanted is not composed.
#include "base/log.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace catacomb {

struct Captured {
    LogLevel level;
    std::string room;
    std::string message;
};

// Collects messages while it lives.
struct Capture {
    explicit Capture(LogLevel least) {
        set_log_sink(least, [this](LogLevel level, std::string_view room, const std::string& message) {
            messages.push_back({level, std::string(room), message});
        });
    }
    ~Capture() { set_log_sink(LogLevel::error, nullptr); }

    std::vector<Captured> messages;
};

// Counts how often it is printed.
struct Counting {
    int& printed;
};
static std::ostream& operator<<(std::ostream& out, const Counting& counting) {
    ++counting.printed;
    return out;
}

BOOST_AUTO_TEST_SUITE(logging)

BOOST_AUTO_TEST_CASE(private_values_print_as_stars) {
    Capture capture(LogLevel::debug);
    log_info("vault", "root ", Private<std::string>{"c0ffee"}, " of ", Private<int>{42}, " bytes: ", 7);
    BOOST_REQUIRE(capture.messages.size() == 1u);
    BOOST_TEST(capture.messages[0].message == "root *** of *** bytes: 7");
    BOOST_TEST(capture.messages[0].room == "vault");
    BOOST_TEST((capture.messages[0].level == LogLevel::info));
}

BOOST_AUTO_TEST_CASE(levels_below_the_least_are_not_composed) {
    Capture capture(LogLevel::warning);
    int printed = 0;
    log_debug("ring", Counting{printed});
    log_info("ring", Counting{printed});
    BOOST_TEST(printed == 0);
    log_warning("ring", Counting{printed});
    log_error("ring", Counting{printed});
    BOOST_TEST(printed == 2);
    BOOST_TEST(capture.messages.size() == 2u);
}

BOOST_AUTO_TEST_CASE(without_a_sink_nothing_is_composed) {
    int printed = 0;
    log_error("ring", Counting{printed});
    BOOST_TEST(printed == 0);
    BOOST_TEST(!log_enabled(LogLevel::error));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
