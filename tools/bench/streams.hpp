// How much private memory a file takes on its way through storage, whatever its length.
#pragma once

#include <cstdint>

namespace catacomb::bench {

struct StreamMemory {
    double insert_mib = 0, get_mib = 0;  // the most that was seen at the end of any segment
};
// A file of `size` bytes through FileDisperser, and back through FileReader, each in a process of its own.
StreamMemory measure_streams(std::uint64_t size);

}  // namespace catacomb::bench
