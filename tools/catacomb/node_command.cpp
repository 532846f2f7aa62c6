#include "base/log.hpp"
#include "node/config/config.hpp"
#include "node/config/log_output.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/process.hpp"

namespace catacomb::cli {
namespace {

// With fewer, a node cannot hold the links that the smallest network takes.
constexpr std::uint64_t kLeastFiles = 128;

std::uint64_t files_for(const node::Config& config) {
    constexpr std::uint64_t kOwn = 64;  // its store, spools, log, listeners
    return kOwn + config.limits.links + config.api.connections + config.api.strangers;
}

}  // namespace

int run_node(const NodeArguments& arguments) {
    if (arguments.list_settings) {
        print_line(node::settings_table());
        return 0;
    }
    node::ConfigSources sources;
    if (arguments.config) sources.file = *arguments.config;
    sources.environment = node::catacomb_environment();
    sources.values = arguments.settings;
    const auto config = node::load_config(sources);
    if (!config) return fail({}, config.error());
    if (arguments.check_only) {
        print_line("the configuration is good");
        return 0;
    }
    if (auto opened = node::open_log(config->log); !opened) return fail({}, opened.error());
    return_large_buffers();
    const auto files = raise_open_files(kLeastFiles);
    if (!files) return fail({}, files.error());
    if (const auto wanted = files_for(*config); *files < wanted) {
        log_warning("daemon", "the limit of open files is ", *files,
                    "; limits.links and api.connections want ", wanted);
    }
    return host_node(*config);
}

}  // namespace catacomb::cli
