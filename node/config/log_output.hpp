// Where the log facade (base/log.hpp) writes: standard error or a file, through spdlog.
#pragma once

#include "node/config/config.hpp"

namespace catacomb::node {

// Once, before other threads exist. Code::io when the file cannot be written.
Result<> open_log(const LogConfig& config);
// Opens the file anew by its name, after something else took the old one away; the old one goes on where that
// fails. Nothing, when the log goes to standard error. From one thread.
Result<> reopen_log();

}  // namespace catacomb::node
