// Proves that what the pages tell people to type can be typed: every command in a block of CONTRIBUTING.md,
// README.md and docs/testing.md names presets, targets, programs, suites, cases and scripts that are here.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <regex>
#include <sstream>

#include "tests/repo/source_tree.hpp"

using namespace catacomb::testing;

namespace {

const std::set<std::string> kPages{"CONTRIBUTING.md", "README.md", "docs/testing.md"};

// Somewhere in a file whose path ends so.
bool stands(const std::string& ending, const std::string& pattern) {
    const std::regex wanted(pattern);
    const auto& all = documents();
    return std::any_of(all.begin(), all.end(), [&](const Document& document) {
        return document.path.ends_with(ending) && std::regex_search(document.text, wanted);
    });
}

bool is_document(const std::string& path) {
    const auto& all = documents();
    return std::any_of(all.begin(), all.end(), [&](const Document& one) { return one.path == path; });
}

bool is_placeholder(const std::string& word) {
    return word.find("NAME") != std::string::npos || word.find("FILE") != std::string::npos;
}

bool is_preset(const std::string& name) { return stands("CMakePresets.json", "\"name\": \"" + name + "\""); }

bool is_fuzz_target(const std::string& name) {
    return name.starts_with("fuzz_") &&
           stands("tests/fuzz/CMakeLists.txt", R"(\b)" + name.substr(5) + R"(\b)");
}

bool is_target(const std::string& name) {
    return is_placeholder(name) || is_fuzz_target(name) ||
           stands("CMakeLists.txt", R"((\(|\n\s+))" + name + R"([\s)])");
}

// "SUITE/CASE"; either may be '*'.
bool is_case(const std::string& filter) {
    const auto slash = filter.find('/');
    const auto suite = filter.substr(0, slash);
    if (suite != "*" && !stands(".cpp", R"(TEST_SUITE\()" + suite + R"(\b)")) return false;
    if (slash == std::string::npos) return true;
    const auto name = filter.substr(slash + 1);
    return is_placeholder(name) || stands(".cpp", R"(TEST_CASE\()" + name + R"(\b)");
}

bool is_file_or_program(std::string path) {
    if (path.starts_with("./")) path = path.substr(2);
    if (path.starts_with("tools/")) return is_document(path);
    if (!path.starts_with("build/")) return true;
    // build/PRESET/tests/FOLDER/PROGRAM
    const auto name = path.substr(path.rfind('/') + 1);
    const auto from = path.find('/', 6) + 1;
    const auto folder = path.substr(from, path.rfind('/') - from);
    return is_fuzz_target(name) ||
           stands(folder + "/CMakeLists.txt", R"(\bcatacomb_test\()" + name + R"(\b)");
}

// The programs of `-R 'EXPRESSION'` are named after folders: it is enough that one begins so.
bool selects_some(std::string expression) {
    std::erase_if(expression, [](char c) { return c == '\'' || c == '^' || c == '$'; });
    const bool is_system = expression.starts_with("system_");
    const std::string call = is_system ? "catacomb_system_test" : "catacomb_test";
    return stands("CMakeLists.txt", R"(\b)" + call + R"(\()" + expression.substr(is_system ? 7 : 0));
}

// What is wrong with one line of a block; empty when it can be typed.
std::string wrong_with(const std::string& line) {
    std::istringstream stream(line.substr(0, line.find("   ")));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    std::string out;
    bool ninja = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        const auto before = i > 0 ? words[i - 1] : std::string();
        if (word == "&&") ninja = false;
        if (word == "ninja") ninja = true;
        const bool is_option = word.starts_with("-") || before == "-C" || word == "ninja" || word == "&&";
        bool good = true;
        if (before == "--preset")
            good = is_preset(word);
        else if (before == "-R")
            good = selects_some(word);
        else if (word.starts_with("--run_test="))
            good = is_case(word.substr(11));
        else if (ninja && !is_option)
            good = is_target(word);
        else if (before != "-C" && before != "--test-dir")
            good = is_file_or_program(word);
        if (!good) out += word + " ";
    }
    return out;
}

std::vector<std::string> commands_of(const std::string& page) {
    std::vector<std::string> out;
    std::istringstream lines(page);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```"))
            inside = !inside;
        else if (inside && !line.empty())
            out.push_back(line);
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(what_pages_tell_to_type_is_there) {
    std::size_t seen = 0;
    for (const auto& document : documents()) {
        if (!kPages.contains(document.path)) continue;
        for (const auto& line : commands_of(document.text)) {
            BOOST_TEST(wrong_with(line) == "",
                       document.path << ": " << line << ": there is no " << wrong_with(line));
            ++seen;
        }
    }
    BOOST_TEST(seen > 30U);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_seen) {
    const std::string program = "build/release/tests/unit/routing/routing_link_tests";
    BOOST_TEST(wrong_with("cmake --preset release && ninja -C build/release repo_tests") == "");
    BOOST_TEST(wrong_with("cmake --preset released") == "released ");
    BOOST_TEST(wrong_with("ninja -C build/release repo_test") == "repo_test ");
    BOOST_TEST(wrong_with(program + " --run_test=link_frame/every_kind_comes_back") == "");
    BOOST_TEST(wrong_with(program + " --run_test=link_frame/every_kind_goes") != "");
    BOOST_TEST(wrong_with(program + " --run_test=link_frames") != "");
    BOOST_TEST(wrong_with("build/release/tests/unit/node/routing_link_tests") != "");
    BOOST_TEST(wrong_with("./tools/chuck") == "./tools/chuck ");
    BOOST_TEST(wrong_with("ctest --test-dir build/release -R '^routing_link_tests$'") == "");
    BOOST_TEST(wrong_with("ctest --test-dir build/release -R '^ruting_'") != "");
}

BOOST_AUTO_TEST_SUITE_END()
