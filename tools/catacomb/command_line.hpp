// The words of the command line: which verbs and options there are. Turns them into calls of commands.hpp and
// of the testnet, and gives the exit code.
#pragma once

namespace catacomb::cli {

int run_command_line(int argc, const char* const* argv);
// `catacombd`: the same as `catacomb node`.
int run_daemon_line(int argc, const char* const* argv);

}  // namespace catacomb::cli
