// Proves that tests are named alike: whatever holds cases is NAME_tests, and a program is named after its
// folder, so that one expression runs a floor.
#include <boost/test/unit_test.hpp>
#include <regex>

#include "tests/repo/source_tree.hpp"

using namespace catacomb::testing;

namespace {

bool holds_cases(const Document& document) {
    static const std::regex kCases(R"(\n(BOOST_(AUTO|DATA|FIXTURE)_TEST_CASE|    def test_))");
    return std::regex_search(document.text, kCases);
}

std::string stem_of(const std::string& path) {
    const auto name = path.substr(path.rfind('/') + 1);
    return name.substr(0, name.find('.'));
}

std::string folder_of(const std::string& path) {
    const auto folder = path.substr(0, path.rfind('/'));
    return folder.substr(folder.rfind('/') + 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(files_of_cases_are_named_alike) {
    unsigned files = 0;
    for (const auto& document : documents()) {
        const auto& path = document.path;
        if (!path.starts_with("tests/") || !(path.ends_with(".cpp") || path.ends_with(".py"))) continue;
        BOOST_TEST(holds_cases(document) == stem_of(path).ends_with("_tests"), path);
        if (holds_cases(document)) ++files;
    }
    BOOST_TEST(files > 50u);
}

BOOST_AUTO_TEST_CASE(programs_are_named_after_their_folder) {
    static const std::regex kProgram(R"((?:^|\n)catacomb_test\((\w+))");
    unsigned programs = 0;
    for (const auto& document : documents()) {
        if (!document.path.ends_with("CMakeLists.txt")) continue;
        for (std::sregex_iterator it(document.text.begin(), document.text.end(), kProgram), end; it != end;
             ++it) {
            const auto name = (*it)[1].str(), folder = folder_of(document.path);
            BOOST_TEST((name.starts_with(folder + "_") && name.ends_with("_tests")),
                       document.path << ": " << name << " should be " << folder << "_…_tests");
            ++programs;
        }
    }
    BOOST_TEST(programs > 20u);
}

BOOST_AUTO_TEST_SUITE_END()
