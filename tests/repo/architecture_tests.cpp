// Proves that docs/architecture.md and the tree agree: each room has its name in the row of its floor, and
// what the page names as code is there.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>

#include "tests/repo/altered_page.hpp"

using namespace catacomb::testing;

namespace {

const std::set<std::string> kFloorsOfOneRoom{"base", "crypto"};

std::string without_ending(const std::string& path) { return path.substr(0, path.rfind('.')); }

// "node", "node/exit", "node/exit/gather": all that the page may mean.
const std::set<std::string>& places() {
    static const auto all = [] {
        std::set<std::string> out;
        for (const auto& file : documents()) {
            out.insert(file.path);
            for (auto path = without_ending(file.path); !path.empty();) {
                out.insert(path);
                const auto slash = path.rfind('/');
                path = slash == std::string::npos ? "" : path.substr(0, slash);
            }
        }
        return out;
    }();
    return all;
}

// What stands between backticks in a line, a trailing '/' taken away.
std::set<std::string> marked(const std::string& text) {
    static const std::regex kMarked("`([^`\n]+)`");
    std::set<std::string> out;
    for (std::sregex_iterator it(text.begin(), text.end(), kMarked), end; it != end; ++it) {
        auto word = (*it)[1].str();
        if (word.ends_with('/')) word.pop_back();
        out.insert(word);
    }
    return out;
}

using Rows = std::map<std::string, std::set<std::string>>;  // by floor

// The page's table of floors: | `floor/` | its rooms |
Rows rows_of(const std::string& page) {
    static const std::regex kRow(R"((?:^|\n)\| `(\w+)/` \| ([^\n]*) \|(?=\n))");
    Rows out;
    for (std::sregex_iterator it(page.begin(), page.end(), kRow), end; it != end; ++it)
        out[(*it)[1]] = marked((*it)[2]);
    return out;
}

// The rooms of a floor: its folders, and the files beside them.
std::set<std::string> rooms_of(const std::string& floor) {
    std::set<std::string> out;
    for (const auto& file : sources()) {
        if (file.floor() != floor) continue;
        const auto below = file.path.substr(floor.size() + 1);
        out.insert(below.substr(0, below.find_first_of("/.")));
    }
    return out;
}

bool is_below(const std::string& floor, const std::string& name) {
    const auto& all = places();
    return std::any_of(all.begin(), all.end(), [&](const std::string& place) {
        return place.starts_with(floor + "/") && ("/" + place).ends_with("/" + name);
    });
}

// What the page should say and does not, or says and should not, a line each.
std::string wrong_with(const std::string& page) {
    std::string out;
    const auto rows = rows_of(page);
    for (const auto& floor : floors()) {
        if (floor == "tests") continue;
        const auto row = rows.find(floor);
        if (row == rows.end()) {
            out += floor + "/ has no row\n";
            continue;
        }
        for (const auto& name : row->second)
            if (!is_below(floor, name)) out += "there is no " + name + " in " + floor + "/\n";
        for (const auto& room : kFloorsOfOneRoom.contains(floor) ? std::set<std::string>{} : rooms_of(floor))
            if (!row->second.contains(room)) out += floor + "/" + room + " is not named\n";
    }
    for (const auto& name : marked(page)) {
        const bool is_path = std::any_of(floors().begin(), floors().end(), [&](const std::string& floor) {
            return name.starts_with(floor + "/");
        });
        if (is_path && !places().contains(name)) out += "there is no " + name + "\n";
    }
    return out;
}

std::string architecture() { return page_at("docs/architecture.md"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(architecture_page)

BOOST_AUTO_TEST_CASE(it_names_every_room_and_nothing_else) { BOOST_TEST(wrong_with(architecture()) == ""); }

BOOST_AUTO_TEST_CASE(what_it_does_not_name_or_names_in_vain_is_seen) {
    const auto page = architecture();
    BOOST_TEST(wrong_with(replaced(page, "`vault/`", "vault")) == "node/vault is not named\n");
    BOOST_TEST(wrong_with(replaced(page, "`reach`", "`grasp`")) ==
               "there is no grasp in routing/\nrouting/reach is not named\n");
    BOOST_TEST(wrong_with(replaced(page, "`node/client/insert_job`", "`node/client/insertion`")) ==
               "there is no node/client/insertion\n");
    BOOST_TEST(wrong_with(replaced(page, "| `storage/` |", "| storage |")) == "storage/ has no row\n");
}

BOOST_AUTO_TEST_SUITE_END()
