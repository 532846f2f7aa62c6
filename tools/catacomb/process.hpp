// What a program of ours sees to about itself before anything else: its standard descriptors, how many it may
// have, and that its memory is written nowhere.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace catacomb::cli {

// Descriptors 0 to 2 that were closed by whoever started us (`<&-`) are opened so that using them fails. Else
// the next file or socket would get their numbers, and be read as the input or written to as the output.
void claim_standard_descriptors();

// No core dump of us holds memory, on a disk or in the hands of a program that the kernel feeds with it,
// which the limit of size does not stop. We stay dumpable to the kernel: else nobody but root, the node's own
// user included, could see which files and sockets a node has open (/proc/PID/fd).
void keep_out_of_core_dumps();

// Raises the limit of open files as far as it goes, and gives it. Code::limit, with what to do, when that is
// less than `least`.
Result<std::uint64_t> raise_open_files(std::uint64_t least);

// Memory for a segment goes back to the system when the segment is gone. Left to itself glibc serves it from
// its heaps once the first was freed, which a small neighbour then keeps from shrinking: after a file of
// 100 MiB the largest of 16 nodes held 53 to 134 MiB, and 23 to 34 with this (docs/performance.md).
void return_large_buffers();

}  // namespace catacomb::cli
