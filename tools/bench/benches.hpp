// The benches (docs/performance.md). Each prints its figures and gives the exit code: 1 when an aim was
// missed.
#pragma once

#include <cstdint>
#include <filesystem>

namespace catacomb::bench {

// A file through storage alone, on one core; memory of a short and a long stream.
struct PipelineArguments {
    std::uint64_t long_stream_mib = 4096;
};
int pipeline(const PipelineArguments& arguments);

// The ciphers per frame, and a relay between two others over real sockets.
struct CellsArguments {
    std::uint64_t relayed_mib = 1024;
};
int cells(const CellsArguments& arguments);

// Files into and out of a local network of real processes.
struct NetArguments {
    std::filesystem::path dir;  // for the nodes' data; made and removed
    unsigned nodes = 16;
    std::uint16_t port = 4000;
    std::uint64_t file_mib = 100;
    unsigned gets = 3;
    unsigned small_gets = 100;
};
int net(const NetArguments& arguments);

}  // namespace catacomb::bench
