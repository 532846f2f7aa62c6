// SourceTree: the repository's own C++ files, texts and CMake lists, read once, for the tests that hold the
// house rules.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace catacomb::testing {

struct Include {
    std::string path;
    bool quoted = false;  // else in angle brackets
    unsigned line = 0;
};

struct SourceFile {
    std::string path;  // from the root, with '/'
    std::string text;
    std::string code;  // text with comments and the insides of literals blanked; the same lines and columns
    std::vector<Include> includes;

    std::string floor() const { return path.substr(0, path.find('/')); }
    bool is_header() const { return path.ends_with(".hpp"); }
    // "path:line", for messages; `offset` is into text or code.
    std::string at(std::size_t offset) const;
};

// base, crypto, storage, routing, node, tools, tests: the folder list, in the order of dependency.
const std::vector<std::string>& floors();

// Every .hpp and .cpp below the floors, ordered by path.
const std::vector<SourceFile>& sources();

struct Document {
    std::string path;
    std::string text;
};

// Whatever people read: pages, sources, scripts, CMake lists; not what tests eat.
const std::vector<Document>& documents();

// Every .cpp that some CMakeLists.txt names, as a path from the root; a loop's variable stands as '*'.
std::set<std::string> listed_in_cmake();
bool is_listed(const std::string& path, const std::set<std::string>& listed);

// Names of what lies in the root, hidden and git-ignored entries aside.
std::set<std::string> top_level_folders();

// Comments become blanks, and so does what is inside string and character literals.
std::string code_only(const std::string& text);

}  // namespace catacomb::testing
