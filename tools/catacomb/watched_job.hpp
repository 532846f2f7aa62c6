// A job that carries no file, watched to its end: what check and renew have in common.
#pragma once

#include <functional>
#include <string>

#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {

// Begins the job of `request` (docs/spec/api.md 2.1) and follows it, with its progress. `explain` is given
// the report, which bears the name of the job's kind; with --json the whole job is printed instead. An
// interrupt cancels the job and says `interrupted`. Returns the exit code.
int watch_job(const Options& options, const boost::json::object& request, const std::string& interrupted,
              const std::function<void(const boost::json::object&)>& explain);

}  // namespace catacomb::cli
