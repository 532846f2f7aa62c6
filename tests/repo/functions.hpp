// Functions of a source file, found by their braces: enough for a rule about their length. Pure.
#pragma once

#include <string>
#include <vector>

namespace catacomb::testing {

struct Function {
    std::size_t begin = 0;  // of its first line, an offset into the code
    std::size_t lines = 0;  // from the first one of its head to that of its closing brace
};

// Bodies that stand in namespaces and types; what is nested in them, lambdas too, is part of them. `code` is
// without comments and the insides of literals (code_only).
std::vector<Function> functions(const std::string& code);

}  // namespace catacomb::testing
