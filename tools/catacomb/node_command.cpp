#include "node/config/config.hpp"
#include "node/config/log_output.hpp"
#include "tools/catacomb/commands.hpp"

namespace catacomb::cli {

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
    return host_node(*config);
}

}  // namespace catacomb::cli
