// The verbs of the command line (README.md, A session). Each gives the exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/config/config.hpp"
#include "node/service.hpp"
#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {

struct InsertArguments {
    std::string file;  // "-": standard input
    std::optional<std::string> name;
    bool convergent = false;
};
int insert(const Options& options, const InsertArguments& arguments);

struct GetArguments {
    std::string key;
    std::optional<std::string> output;  // "-": standard output; none: the stored name, here
    bool no_cache = false;
    std::optional<std::uint64_t> most;  // bytes
};
int get(const Options& options, const GetArguments& arguments);

int check(const Options& options, const std::string& key, bool verify);

struct RenewArguments {
    std::string key;
    unsigned lease_days = node::kUsualLeaseDays;
};
int renew(const Options& options, const RenewArguments& arguments);
int status(const Options& options);

struct JobsArguments {
    std::optional<std::string> id;
    bool follow = false;
    bool cancel = false;
};
int jobs(const Options& options, const JobsArguments& arguments);

struct NodeArguments {
    std::optional<std::string> config;
    std::vector<std::pair<std::string, std::string>> settings;  // name, value: override file and environment
    bool check_only = false;
    bool list_settings = false;
};
// Runs the daemon in the foreground until SIGINT or SIGTERM.
int run_node(const NodeArguments& arguments);
// What run_node() runs: host_node.cpp, or a fake in the tests of the command line.
int host_node(const node::Config& config);

}  // namespace catacomb::cli
