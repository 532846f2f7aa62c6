// Where the log facade (base/log.hpp) writes: standard error or a file, through spdlog.
#pragma once

#include "node/config/config.hpp"

namespace catacomb::node {

// Once, before other threads exist. Code::io when the file cannot be written.
Result<> open_log(const LogConfig& config);

}  // namespace catacomb::node
