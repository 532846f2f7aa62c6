#include <CLI/CLI.hpp>
#include <iostream>

#include "crypto/random.hpp"
#include "tools/bench/benches.hpp"

namespace catacomb::bench {
namespace {

int run(int argc, char** argv) {
    CLI::App app("Measures what docs/performance.md tells. Exit code 1: an aim was missed.",
                 "catacomb-bench");
    app.require_subcommand(1);
    int code = 0;

    PipelineArguments pipeline_arguments;
    auto* one = app.add_subcommand("pipeline", "a file through storage alone, on one core");
    one->add_option("--long", pipeline_arguments.long_stream_mib, "MiB of the long stream")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    one->callback([&] { code = pipeline(pipeline_arguments); });

    CellsArguments cells_arguments;
    auto* two = app.add_subcommand("cells", "ciphers per frame, and one relay over real sockets");
    two->add_option("--relay", cells_arguments.relayed_mib, "MiB to relay")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    two->callback([&] { code = cells(cells_arguments); });

    NetArguments net_arguments;
    net_arguments.dir = "bench-net";
    auto* three = app.add_subcommand("net", "files into and out of a local network of real processes");
    three->add_option("--dir", net_arguments.dir, "for the nodes' data; removed at the end")
        ->capture_default_str();
    three->add_option("--nodes", net_arguments.nodes, "relays that host vaults")
        ->check(CLI::Range(5, 200))
        ->capture_default_str();
    three->add_option("--port", net_arguments.port, "of all nodes")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    three->add_option("--mib", net_arguments.file_mib, "of the large file")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    three->add_option("--gets", net_arguments.gets, "of the large file")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    three->add_option("--small-gets", net_arguments.small_gets, "of a file of 1 KiB")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    three->callback([&] { code = net(net_arguments); });

    CLI11_PARSE(app, argc, argv);
    return code;
}

}  // namespace
}  // namespace catacomb::bench

int main(int argc, char** argv) {
    try {
        catacomb::crypto::initialise();
        return catacomb::bench::run(argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "catacomb-bench: cannot go on: " << e.what() << std::endl;
        return 70;
    }
}
