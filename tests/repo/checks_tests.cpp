// Proves that docs/checks.md counts every CHECK and every throw of the floors that run in a node: whoever
// adds one has to say there why nobody outside reaches it.
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>

#include "tests/repo/altered_page.hpp"

using namespace catacomb::testing;

namespace {

const std::set<std::string> kFloors{"base", "crypto", "storage", "routing", "node"};
const std::string kMacro = "base/check.hpp";

struct Count {
    long checks = 0, throws = 0;
    bool operator==(const Count&) const = default;
    std::string text() const { return std::to_string(checks) + " and " + std::to_string(throws); }
};
using Counts = std::map<std::string, Count>;

long count(const std::string& code, const std::regex& what) {
    return std::distance(std::sregex_iterator(code.begin(), code.end(), what), std::sregex_iterator());
}

Counts of_sources() {
    static const std::regex kCheck(R"(\bCHECK\()"), kThrow(R"(\bthrow\b)");
    Counts out;
    for (const auto& file : sources()) {
        if (!kFloors.contains(file.floor()) || file.path == kMacro) continue;
        const Count found{count(file.code, kCheck), count(file.code, kThrow)};
        if (found != Count{}) out[file.path] = found;
    }
    return out;
}

// | `file` | CHECKs | throws | why |
Counts of_page(const std::string& page) {
    static const std::regex kRow(R"((?:^|\n)\| `([\w/.]+)` \| (\d+) \| (\d+) \| [^\n|]{8,} \|(?=\n))");
    Counts out;
    for (std::sregex_iterator it(page.begin(), page.end(), kRow), end; it != end; ++it)
        out[(*it)[1]] = {std::stol((*it)[2]), std::stol((*it)[3])};
    return out;
}

// What the page should say and does not, or says and should not, a line each.
std::string wrong_with(const std::string& page) {
    std::string out;
    auto told = of_page(page);
    for (const auto& [file, found] : of_sources()) {
        const auto row = told.extract(file);
        if (row.empty())
            out += file + " is not counted\n";
        else if (row.mapped() != found)
            out += file + " has " + found.text() + ", and not " + row.mapped().text() + "\n";
    }
    for (const auto& [file, found] : told) out += file + " has none\n";
    return out;
}

std::string checks_page() { return page_at("docs/checks.md"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(checks_page_of_the_docs)

BOOST_AUTO_TEST_CASE(every_check_and_throw_is_counted) { BOOST_TEST(wrong_with(checks_page()) == ""); }

BOOST_AUTO_TEST_CASE(what_is_not_counted_is_seen) {
    const auto page = checks_page();
    BOOST_TEST(wrong_with(replaced(page, "`routing/gate.cpp` | 1 |", "`routing/gate.cpp` | 2 |")) ==
               "routing/gate.cpp has 1 and 0, and not 2 and 0\n");
    BOOST_TEST(wrong_with(replaced(page, "`node/core.cpp`", "node/core.cpp")) ==
               "node/core.cpp is not counted\n");
    BOOST_TEST(wrong_with(replaced(page, "`node/core.cpp`", "`node/score.cpp`")) ==
               "node/core.cpp is not counted\nnode/score.cpp has none\n");
    // A row without a reason is none.
    BOOST_TEST(wrong_with(replaced(page, "1 | 0 | the end of the program closes the runtime first",
                                   "1 | 0 | ")) == "node/api/server.cpp is not counted\n");
}

BOOST_AUTO_TEST_SUITE_END()
