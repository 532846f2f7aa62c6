// Proves that the repository keeps its own rules: floors, one home for each dangerous library, one clock, one
// source of randomness, small files, formatting, and awaited calls without unnamed aggregates
// (docs/decisions/0005).
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "tests/repo/source_tree.hpp"

using namespace catacomb::testing;

namespace {

constexpr std::size_t kMostLines = 500;

// What a floor may include. Storage and routing do not see each other.
const std::map<std::string, std::set<std::string>>& stands_on() {
    static const std::map<std::string, std::set<std::string>> kStandsOn{
        {"base", {"base"}},
        {"crypto", {"base", "crypto"}},
        {"storage", {"base", "crypto", "storage"}},
        {"routing", {"base", "crypto", "routing"}},
        {"node", {"base", "crypto", "storage", "routing", "node"}},
        {"tools", {"base", "crypto", "storage", "routing", "node", "tools"}},
        {"tests", {"base", "crypto", "storage", "routing", "node", "tools", "tests"}},
    };
    return kStandsOn;
}

bool one_of(const std::string& floor, std::initializer_list<const char*> floors_) {
    return std::find(floors_.begin(), floors_.end(), floor) != floors_.end();
}

// Fails for each match of `pattern` in the code of a file that `applies`.
template <class Applies>
void forbid(const std::string& pattern, const std::string& why, Applies applies) {
    const std::regex expression(pattern);
    for (const auto& file : sources()) {
        if (!applies(file)) continue;
        for (std::sregex_iterator it(file.code.begin(), file.code.end(), expression), end; it != end; ++it)
            BOOST_ERROR(file.at(static_cast<std::size_t>(it->position()))
                        << ": " << it->str() << ": " << why);
    }
}

bool everywhere(const SourceFile&) { return true; }
bool below_tools(const SourceFile& file) { return !one_of(file.floor(), {"tools", "tests"}); }

// Fails unless exactly one file, a .cpp of storage, includes something that begins with `header`.
void check_single_home(const std::string& header) {
    std::vector<std::string> homes;
    for (const auto& file : sources())
        for (const auto& include : file.includes)
            if (include.path.starts_with(header)) homes.push_back(file.path);
    BOOST_TEST_INFO(header);
    BOOST_REQUIRE_EQUAL(homes.size(), 1U);
    BOOST_TEST(homes[0].starts_with("storage/"), homes[0]);
    BOOST_TEST(homes[0].ends_with(".cpp"), homes[0]);
}

// The index after the parenthesis that closes the one at `open`.
std::size_t after_parentheses(const std::string& code, std::size_t open) {
    int depth = 0;
    for (auto i = open; i < code.size(); ++i) {
        if (code[i] == '(') ++depth;
        if (code[i] == ')' && --depth == 0) return i + 1;
    }
    return code.size();
}

// The argument list of the call that is awaited at `from`; empty when there is none.
std::string awaited_arguments(const std::string& code, std::size_t from) {
    const auto open = code.find_first_of("(;", from);
    if (open == std::string::npos || code[open] == ';') return {};
    return code.substr(open, after_parentheses(code, open) - open);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(repository)

BOOST_AUTO_TEST_CASE(the_folders_are_the_floors_and_docs) {
    std::set<std::string> expected(floors().begin(), floors().end());
    expected.insert("docs");
    for (const auto& folder : top_level_folders())
        BOOST_TEST(expected.contains(folder), "unexpected folder " << folder);
    for (const auto& folder : expected)
        BOOST_TEST(top_level_folders().contains(folder), "missing folder " << folder);
}

BOOST_AUTO_TEST_CASE(includes_go_down) {
    for (const auto& file : sources()) {
        for (const auto& include : file.includes) {
            if (!include.quoted) continue;
            const auto floor = include.path.substr(0, include.path.find('/'));
            BOOST_TEST(stands_on().at(file.floor()).contains(floor),
                       file.path << ":" << include.line << ": " << file.floor() << " may not include "
                                 << include.path);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_sources_own_header_comes_first) {
    std::set<std::string> headers;
    for (const auto& file : sources())
        if (file.is_header()) headers.insert(file.path);
    for (const auto& file : sources()) {
        if (file.is_header()) continue;
        const auto own = file.path.substr(0, file.path.size() - 4) + ".hpp";
        if (!headers.contains(own)) continue;
        BOOST_TEST((!file.includes.empty() && file.includes[0].path == own),
                   file.path << " does not begin with " << own);
    }
}

BOOST_AUTO_TEST_CASE(headers_open_with_a_paragraph_and_pragma_once) {
    for (const auto& file : sources()) {
        if (!file.is_header()) continue;
        BOOST_TEST(file.text.starts_with("// "), file.path);
        BOOST_TEST(file.code.find("#pragma once") != std::string::npos, file.path);
    }
}

BOOST_AUTO_TEST_CASE(cryptographic_libraries_live_in_crypto) {
    for (const auto& file : sources()) {
        for (const auto& include : file.includes) {
            const auto& path = include.path;
            if (!path.starts_with("sodium") && !path.starts_with("openssl/") && !path.starts_with("blake3"))
                continue;
            BOOST_TEST((file.floor() == "crypto" && !file.is_header()),
                       file.path << ":" << include.line << ": " << path);
        }
    }
}

BOOST_AUTO_TEST_CASE(erasure_code_and_database_have_one_home_each) {
    check_single_home("isa-l");
    check_single_home("lmdb.h");
}

BOOST_AUTO_TEST_CASE(sockets_live_in_node) {
    for (const auto& file : sources()) {
        if (!one_of(file.floor(), {"base", "crypto", "storage", "routing"})) continue;
        for (const auto& include : file.includes) {
            const auto& path = include.path;
            const bool socket = path.starts_with("boost/asio/ip/") || path == "sys/socket.h" ||
                                path.starts_with("netinet/") || path.find("_timer.hpp") != std::string::npos;
            BOOST_TEST(!socket, file.path << ":" << include.line << ": " << path);
        }
    }
}

BOOST_AUTO_TEST_CASE(time_comes_in_through_the_runtime) {
    forbid(R"((_clock::now\b)|(\bgettimeofday\b)|(\bclock_gettime\b)|(\btime\((nullptr|NULL|0)?\)))",
           "ask the Runtime", [](const SourceFile& file) {
               return below_tools(file) && file.path != "node/runtime/asio_runtime.cpp";
           });
}

BOOST_AUTO_TEST_CASE(randomness_comes_in_through_rng) {
    forbid(R"((\w+_distribution\b)|(\brandom_device\b)|(\bmt19937)|(\bs?rand\()|(\bstd::shuffle\b))",
           "use Rng", everywhere);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_to_do) {
    for (const auto& file : sources()) {
        const std::regex left(std::string(R"(\b(TO)") + R"(DO|FIX)" + R"(ME|XX)" + R"(X)\b)");
        std::smatch match;
        if (std::regex_search(file.text, match, left))
            BOOST_ERROR(file.at(static_cast<std::size_t>(match.position())) << ": " << match.str());
    }
}

BOOST_AUTO_TEST_CASE(awaited_calls_take_names) {
    // An aggregate, a braced list, or a capturing lambda inside the argument list.
    const std::regex unnamed(R"([\w>]\s*\{|[(,]\s*\{|[(,]\s*\[[^\]])");
    const std::regex await(R"(\bco_await\b)");
    for (const auto& file : sources()) {
        for (std::sregex_iterator it(file.code.begin(), file.code.end(), await), end; it != end; ++it) {
            const auto from = static_cast<std::size_t>(it->position());
            const auto arguments = awaited_arguments(file.code, from);
            BOOST_TEST(!std::regex_search(arguments, unnamed),
                       file.at(from) << ": name it, then await it: " << arguments);
        }
    }
}

BOOST_AUTO_TEST_CASE(views_that_clang_14_cannot_compile_are_left_out) {
    forbid(R"(#include <ranges>)", "clang 14 cannot compile it", everywhere);
}

BOOST_AUTO_TEST_CASE(files_are_small) {
    for (const auto& file : sources()) {
        const auto lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
        BOOST_TEST(lines <= kMostLines, file.path << " has " << lines << " lines");
    }
}

BOOST_AUTO_TEST_CASE(every_source_is_listed_in_cmake) {
    const auto listed = listed_in_cmake();
    for (const auto& file : sources()) {
        if (file.is_header()) continue;
        BOOST_TEST(is_listed(file.path, listed), file.path << " is in no CMakeLists.txt");
    }
}

BOOST_AUTO_TEST_CASE(everything_is_formatted) {
    const auto list =
        (std::filesystem::temp_directory_path() / ("sources-" + std::to_string(::getpid()))).string();
    {
        std::ofstream out(list);
        for (const auto& file : sources()) out << CATACOMB_SOURCE_DIR << "/" << file.path << "\n";
    }
    BOOST_REQUIRE_MESSAGE(std::system("clang-format --version > /dev/null") == 0,
                          "clang-format is not installed");
    const auto command = "xargs -a " + list + " clang-format --dry-run -Werror";
    const bool formatted = std::system(command.c_str()) == 0;
    std::filesystem::remove(list);
    BOOST_TEST(formatted, "run clang-format -i on the files named above");
}

BOOST_AUTO_TEST_CASE(every_fault_can_be_planted) {
    const std::string command = "python3 -B " CATACOMB_SOURCE_DIR "/tools/proofs/mutations --check";
    BOOST_TEST(std::system(command.c_str()) == 0,
               "mend tests/mutations, where the faults named above are listed");
}

BOOST_AUTO_TEST_CASE(comments_and_literals_are_not_code) {
    BOOST_TEST(code_only("a // b\nc") == "a     \nc");
    BOOST_TEST(code_only("a /* b\n*/ c") == "a     \n   c");
    BOOST_TEST(code_only(R"(f("x\"y", 'z', 1'000))") == R"(f("    ", ' ', 1'000))");
    BOOST_TEST(code_only("R\"q(a)\"b)q\" c") == "R\"        \" c");
}

BOOST_AUTO_TEST_SUITE_END()
