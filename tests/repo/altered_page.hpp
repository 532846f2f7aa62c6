// For tests that hold a page and the tree together: the page, and the page with a mistake in it.
#pragma once

#include <boost/test/unit_test.hpp>

#include "tests/repo/source_tree.hpp"

namespace catacomb::testing {

// Empty when there is none.
inline std::string page_at(const std::string& path) {
    for (const auto& document : documents())
        if (document.path == path) return document.text;
    return {};
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    BOOST_TEST_REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace catacomb::testing
