// What the command line says and where: one line of result (or, with --json, one JSON document) on standard
// output; sentences and progress on standard error. Exit codes: docs/spec/api.md 3.1.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>

#include "node/service.hpp"
#include "tools/api_client/json_fields.hpp"

namespace catacomb::cli {

struct Options {
    std::filesystem::path data_dir;
    bool json = false;
};

void say(std::string_view sentence);       // standard error; plain text, whoever's words it repeats
void print_line(std::string_view result);  // standard output
void print_json(const boost::json::object& document);

// At the very end: `exit_code`, or, with words, that of a file that cannot be written when standard output
// was one.
int finish_output(int exit_code);

// Says what went wrong (with --json, on standard output too) and gives the exit code for it.
int fail(const Options& options, const Error& why);
// The same for a job that has ended other than well.
int fail_job(const Options& options, const boost::json::object& job);

}  // namespace catacomb::cli
