// Results: an expected failure carries its code and text; asking a failure for its value is a bug that
// throws.
#include "base/result.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace catacomb {

BOOST_AUTO_TEST_SUITE(results)

static Result<int> half(int value) {
    if (value % 2 != 0) return error(Code::bad_input, "odd");
    return value / 2;
}

BOOST_AUTO_TEST_CASE(value_or_error) {
    BOOST_TEST(half(4).value() == 2);
    const auto failed = half(3);
    BOOST_REQUIRE(!failed);
    BOOST_TEST(failed.error().is(Code::bad_input));
    BOOST_TEST(!failed.error().is(Code::corrupt));
    BOOST_TEST(failed.error().text() == "odd");
    BOOST_TEST(bool(ok()));
}

BOOST_AUTO_TEST_CASE(unchecked_error_throws_its_text) {
    BOOST_CHECK_EXCEPTION(half(3).value(), std::runtime_error,
                          [](const auto& e) { return std::string(e.what()) == "unchecked error: odd"; });
}

// An error without words falls back on its code's name; every code has a name of its own.
BOOST_AUTO_TEST_CASE(codes_have_names) {
    BOOST_TEST(error(Code::timed_out).text() == "timed out");
    std::set<std::string> names;
    const auto last = static_cast<int>(Code::closed);
    for (int i = 0; i <= last; ++i) names.insert(name_of(static_cast<Code>(i)));
    BOOST_TEST(names.size() == static_cast<std::size_t>(last) + 1);
    BOOST_TEST(names.count("unknown") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb
