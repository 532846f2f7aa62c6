// The verb `testnet` of the command line.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>

#include "tools/api_client/terminal.hpp"
#include "tools/testnet/members.hpp"

namespace catacomb::testnet {

struct LineArguments {
    std::string dir = "testnet", daemon;
    Settings settings;
    unsigned limit_seconds = 120;
    Shape shape;
    unsigned kill_count = 0;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> spared;
};
// Adds the verb; when it is chosen, `run` becomes what is to be done. All references outlive the parsing.
void add_verb(CLI::App& app, LineArguments& arguments, const cli::Options& options,
              std::function<int()>& run);

}  // namespace catacomb::testnet
