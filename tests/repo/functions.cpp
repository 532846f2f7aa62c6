#include "tests/repo/functions.hpp"

#include <algorithm>
#include <regex>

namespace catacomb::testing {
namespace {

std::size_t closing_brace(const std::string& code, std::size_t open) {
    int depth = 0;
    for (auto i = open; i < code.size(); ++i) {
        if (code[i] == '{') ++depth;
        if (code[i] == '}' && --depth == 0) return i;
    }
    return code.size();
}

std::size_t lines_of(const std::string& code, std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t offset) { return code.begin() + static_cast<std::ptrdiff_t>(offset); };
    return 1 + static_cast<std::size_t>(std::count(at(from), at(to), '\n'));
}

// Namespaces and types hold functions; whatever else opens a brace there and has parameters is one.
bool holds_functions(const std::string& head) {
    static const std::regex kHolds(
        R"(^\s*(template\s*<[^{}]*>\s*)?(inline )?(namespace|class|struct|union|extern)\b)");
    return std::regex_search(head, kHolds);
}

// Braces of a member in a constructor's list, before the next one or the body.
bool is_initialiser(const std::string& code, std::size_t closing) {
    const auto next = code.find_first_not_of(" \n", closing + 1);
    return next != std::string::npos && (code[next] == ',' || code[next] == '{');
}

}  // namespace

std::vector<Function> functions(const std::string& code) {
    std::vector<Function> out;
    std::size_t begin = 0;  // of the declaration at hand
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i] == '#') i = std::min(code.find('\n', i), code.size() - 1), begin = i + 1;
        if (code[i] == ';' || code[i] == '}') begin = i + 1;
        if (code[i] != '{') continue;
        const auto head = code.substr(begin, i - begin);
        if (holds_functions(head)) {
            begin = i + 1;
            continue;
        }
        const auto end = closing_brace(code, i);
        i = end;
        if (is_initialiser(code, end)) continue;
        const auto first = code.find_first_not_of(" \n", begin);
        if (head.find('(') != std::string::npos) out.push_back({first, lines_of(code, first, end)});
        begin = end + 1;
    }
    return out;
}

}  // namespace catacomb::testing
