#include "tools/catacomb/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "node/config/setting_values.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/testnet_line.hpp"

namespace catacomb::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 not found or not enough blocks, 2 usage or a local file, 3 node unreachable,\n"
    "4 refused, 5 interrupted. A KEY is the key itself, @FILE, or - for standard input;\n"
    "keys given as arguments can be seen by other users of this machine.";

// Keeps what the options are parsed into, and what is to be run.
struct Line {
    Options options;
    InsertArguments insert_arguments;
    GetArguments get_arguments;
    std::string check_key;
    bool check_whole = false;
    RenewArguments renew_arguments;
    JobsArguments jobs_arguments;
    NodeArguments node_arguments;
    testnet::LineArguments testnet_arguments;
    std::string listen, data_dir, job_action, max_size;
    std::vector<std::string> bootstrap, settings;
    std::function<int()> run;
};

void add_insert(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand("insert", "put a file into the network; prints its key")->alias("put");
    verb->add_option("FILE", line.insert_arguments.file, "the file, or - for standard input")->required();
    verb->add_option("--name", line.insert_arguments.name, "the name to store; default: that of the file");
    verb->add_flag("--convergent", line.insert_arguments.convergent,
                   "equal files of all users share blocks; whoever has the file can tell that it is stored");
    verb->callback([&line] { line.run = [&line] { return insert(line.options, line.insert_arguments); }; });
}

int run_get_line(Line& line) {
    if (!line.max_size.empty()) {
        node::Size most;
        if (auto parsed = node::parse(line.max_size, most); !parsed)
            return fail(line.options, error(Code::bad_input, "--max-size: " + parsed.error().text()));
        line.get_arguments.most = most.bytes;
    }
    return get(line.options, line.get_arguments);
}

void add_get(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand("get", "fetch a file by its key; prints where it was written");
    verb->add_option("KEY", line.get_arguments.key, "chk1..., @FILE, or -")->required();
    verb->add_option("-o,--output", line.get_arguments.output,
                     "the file to write, or - for standard output; default: the stored name, here");
    verb->add_flag("--no-cache", line.get_arguments.no_cache, "ask the vaults even where a relay has a copy");
    verb->add_option("--max-size", line.max_size, "refuse a file that is longer: 500MiB, 2GiB, ...");
    verb->callback([&line] { line.run = [&line] { return run_get_line(line); }; });
}

void add_check(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand(
        "check", "how many blocks of a file are there; exit code 1 when there are too few");
    verb->add_option("KEY", line.check_key, "chk1..., ver1..., @FILE, or -")->required();
    verb->add_flag("--verify", line.check_whole,
                   "read as many blocks of every segment as it takes to read the file");
    verb->callback(
        [&line] { line.run = [&line] { return check(line.options, line.check_key, line.check_whole); }; });
}

void add_renew(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand(
        "renew", "have the vaults keep a file for longer; exit code 1 when too few of its blocks are there");
    verb->add_option("KEY", line.renew_arguments.key, "chk1..., ver1..., @FILE, or -")->required();
    verb->add_option("--lease", line.renew_arguments.lease_days,
                     "for so many days from now; vaults may grant less")
        ->check(CLI::Range(1U, node::kMostLeaseDays))
        ->capture_default_str();
    verb->callback([&line] { line.run = [&line] { return renew(line.options, line.renew_arguments); }; });
}

void add_status(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand("status", "what the node is doing");
    verb->callback([&line] { line.run = [&line] { return status(line.options); }; });
}

void add_jobs(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand("jobs", "transfers, newest first; or one of them");
    verb->add_option("ID", line.jobs_arguments.id, "a job");
    verb->add_option("ACTION", line.job_action, "cancel")->check(CLI::IsMember({"cancel"}));
    verb->add_flag("--follow", line.jobs_arguments.follow, "wait for its end and show its progress");
    verb->callback([&line] {
        line.jobs_arguments.cancel = !line.job_action.empty();
        line.run = [&line] { return jobs(line.options, line.jobs_arguments); };
    });
}

int run_node_line(Line& line) {
    auto& settings = line.node_arguments.settings;
    if (!line.data_dir.empty()) settings.emplace_back("data_dir", line.data_dir);
    if (!line.listen.empty()) settings.emplace_back("listen", line.listen);
    if (!line.bootstrap.empty()) settings.emplace_back("bootstrap", CLI::detail::join(line.bootstrap, ","));
    for (const auto& pair : line.settings) {
        const auto equals = pair.find('=');
        if (equals == std::string::npos) {
            return fail({}, error(Code::bad_input, "--set takes NAME=VALUE, not '" + pair + "'"));
        }
        settings.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return run_node(line.node_arguments);
}

void add_node_options(CLI::App& verb, Line& line) {
    verb.add_option("--config", line.node_arguments.config,
                    "default: catacomb.toml in the data directory, if there");
    verb.add_option("--listen", line.listen, "ADDRESS:PORT to accept links on; makes the node a relay");
    verb.add_option("--bootstrap", line.bootstrap,
                    "ADDRESS:PORT of a relay to meet the network through; repeatable");
    verb.add_option("--set", line.settings, "NAME=VALUE: any setting of catacomb.toml; repeatable");
    verb.add_flag("--check-config", line.node_arguments.check_only,
                  "only say whether the configuration is good");
    verb.add_flag("--list-settings", line.node_arguments.list_settings,
                  "print all settings with their defaults");
}

void add_node(CLI::App& app, Line& line) {
    auto* verb = app.add_subcommand("node", "run a node in the foreground (what catacombd does)");
    add_node_options(*verb, line);
    verb->callback([&line] { line.run = [&line] { return run_node_line(line); }; });
}

Error usage_error(const CLI::App& app, const CLI::ParseError& e) {
    auto words = std::string(e.what());
    // CLI11 gives them in reverse.
    if (dynamic_cast<const CLI::ExtrasError*>(&e))
        words = "unknown: " + CLI::detail::join(app.remaining(true), " ");
    return error(Code::bad_input, words + "; --help tells what there is");
}

int parse_and_run(CLI::App& app, Line& line, int argc, const char* const* argv) {
    app.set_version_flag("--version", "catacomb " CATACOMB_VERSION);
    app.add_option("--data-dir", line.data_dir, "the node's data directory");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e);  // --help and --version
        const auto is_json = [](std::string_view word) { return word == "--json"; };
        return fail({{}, std::any_of(argv + 1, argv + argc, is_json)}, usage_error(app, e));
    }
    line.options.data_dir = line.data_dir;
    if (line.data_dir.empty()) line.options.data_dir = node::default_data_dir(node::catacomb_environment());
    return line.run();
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    CLI::App app("catacomb: files in, keys out, and nobody knows whose", "catacomb");
    Line line;
    app.footer(kExitCodes);
    app.add_flag("--json", line.options.json, "one JSON document on standard output");
    app.require_subcommand(1);
    app.fallthrough();
    add_insert(app, line);
    add_get(app, line);
    add_check(app, line);
    add_renew(app, line);
    add_status(app, line);
    add_jobs(app, line);
    add_node(app, line);
    testnet::add_verb(app, line.testnet_arguments, line.options, line.run);
    return parse_and_run(app, line, argc, argv);
}

int run_daemon_line(int argc, const char* const* argv) {
    CLI::App app("catacombd: a node of the Catacomb network", "catacombd");
    Line line;
    add_node_options(app, line);
    line.run = [&line] { return run_node_line(line); };
    return parse_and_run(app, line, argc, argv);
}

}  // namespace catacomb::cli
