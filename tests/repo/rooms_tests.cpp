// Proves that rooms inside a floor stand in an order, that what calls itself pure cannot reach Asio, and that
// node/ is made of small files and small functions.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <optional>
#include <regex>

#include "tests/repo/functions.hpp"
#include "tests/repo/source_tree.hpp"

using namespace catacomb::testing;

namespace {

constexpr std::size_t kMostLinesOfNode = 300, kMostLinesOfFunction = 40;

// The rooms of each floor from the ground up; a file beside the rooms is a room of its name. A room sees
// those of the steps below it, and none of those on its own: they meet above. base and crypto are one room
// each.
using Steps = std::vector<std::set<std::string>>;
const std::map<std::string, Steps>& rooms() {
    static const std::map<std::string, Steps> kRooms{
        {"storage", {{"segment"}, {"store", "tree"}}},
        {"routing",
         {{"asio", "endpoint", "holdings", "identity", "jitter", "tap", "wire"},
          {"backoff", "network", "reach", "runtime"},
          {"descriptor", "gate"},
          {"proofs", "rpc"},
          {"membership"},
          {"link"},
          {"onion"},
          {"rendezvous", "ring"}}},
        {"node",
         {{"file_seal", "renew_report", "status"},
          {"config", "protocol", "runtime", "service"},
          {"circuits", "identity", "known_relays", "proof_file", "tickets"},
          {"client", "exit", "options", "rendezvous", "vault"},
          {"api", "onion_keys"},
          {"core"},
          {"node"}}},
        {"tools", {{"api_client", "tagging"}, {"sim", "testnet"}, {"bench", "catacomb"}}},
    };
    return kRooms;
}

std::string room_of(const std::string& path) {
    const auto below_floor = path.substr(path.find('/') + 1);
    return below_floor.substr(0, below_floor.find_first_of("/."));
}

std::optional<std::size_t> step_of(const Steps& steps, const std::string& room) {
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (steps[i].contains(room)) return i;
    return std::nullopt;
}

bool goes_down(const Steps& steps, const std::string& from, const std::string& to) {
    return from == to || step_of(steps, to) < step_of(steps, from);
}

const std::map<std::string, const SourceFile*>& by_path() {
    static const auto all = [] {
        std::map<std::string, const SourceFile*> out;
        for (const auto& file : sources()) out[file.path] = &file;
        return out;
    }();
    return all;
}

// The way by which a file comes to include Asio, or nothing.
std::string way_to_asio(const std::string& path, std::set<std::string>& seen) {
    const auto found = by_path().find(path);
    if (found == by_path().end() || !seen.insert(path).second) return {};
    for (const auto& include : found->second->includes) {
        if (include.path.starts_with("boost/asio")) return path + " > " + include.path;
        const auto way = include.quoted ? way_to_asio(include.path, seen) : std::string();
        if (!way.empty()) return path + " > " + way;
    }
    return {};
}

bool says_pure(const SourceFile& file) {
    const auto paragraph = file.text.substr(0, file.text.find("#pragma once"));
    return file.is_header() && std::regex_search(paragraph, std::regex(R"(\bPure\b)"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(floor_plan)

BOOST_AUTO_TEST_CASE(every_room_has_its_place) {
    for (const auto& file : sources()) {
        const auto steps = rooms().find(file.floor());
        if (steps == rooms().end()) continue;
        BOOST_TEST(step_of(steps->second, room_of(file.path)).has_value(),
                   file.path << ": give its room a place in the table of this test");
    }
}

BOOST_AUTO_TEST_CASE(includes_go_down_from_room_to_room) {
    for (const auto& file : sources()) {
        const auto steps = rooms().find(file.floor());
        if (steps == rooms().end()) continue;
        for (const auto& include : file.includes) {
            if (!include.quoted || !include.path.starts_with(file.floor() + "/")) continue;
            BOOST_TEST(goes_down(steps->second, room_of(file.path), room_of(include.path)),
                       file.path << ":" << include.line << ": " << include.path << " is not below");
        }
    }
}

BOOST_AUTO_TEST_CASE(includes_that_go_up_or_aside_are_seen) {
    const auto& node = rooms().at("node");
    BOOST_TEST(goes_down(node, "vault", "protocol"));
    BOOST_TEST(goes_down(node, "vault", "vault"));
    BOOST_TEST(!goes_down(node, "vault", "exit"));
    BOOST_TEST(!goes_down(node, "vault", "core"));
}

BOOST_AUTO_TEST_CASE(what_says_pure_reaches_no_asio) {
    unsigned pure = 0;
    for (const auto& file : sources()) {
        if (!says_pure(file)) continue;
        ++pure;
        std::set<std::string> seen;
        BOOST_TEST(way_to_asio(file.path, seen) == "");
    }
    BOOST_TEST(pure > 20u);
}

BOOST_AUTO_TEST_CASE(a_way_to_asio_is_found) {
    std::set<std::string> seen;
    BOOST_TEST(way_to_asio("routing/link/link.hpp", seen) != "");
}

BOOST_AUTO_TEST_CASE(node_is_made_of_small_files_and_functions) {
    for (const auto& file : sources()) {
        if (file.floor() != "node") continue;
        const auto lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
        BOOST_TEST(lines <= kMostLinesOfNode, file.path << " has " << lines << " lines");
        for (const auto& function : functions(file.code))
            BOOST_TEST(function.lines <= kMostLinesOfFunction,
                       file.at(function.begin) << ": a function of " << function.lines << " lines");
    }
}

BOOST_AUTO_TEST_CASE(functions_are_found_by_their_braces) {
    const auto lengths = [](const std::string& code) {
        std::vector<std::size_t> out;
        for (const auto& function : functions(code)) out.push_back(function.lines);
        return out;
    };
    const std::vector<std::size_t> one{1}, three{3}, both{1, 3};
    BOOST_TEST(lengths("namespace a {\nint f() { return 1; }\n}") == one);
    BOOST_TEST(lengths("struct A {\n    int f() {\n        if (x) { y(); }\n    }\n};") == three);
    BOOST_TEST(lengths("A::A() : a_{1}, b_{2} {\n    f();\n}") == three);
    BOOST_TEST(lengths("const int kA[] = {1, 2};\nint f() {}\nint g(\n    int a) {\n}") == both);
    BOOST_TEST(lengths("enum class A { a };\nauto f() -> int {\n    return [] { return 1; }();\n}") == three);
}

BOOST_AUTO_TEST_SUITE_END()
