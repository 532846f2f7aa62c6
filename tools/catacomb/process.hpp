// What a program of ours sees to about itself before anything else: its standard descriptors, and how many it
// may have.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace catacomb::cli {

// Descriptors 0 to 2 that were closed by whoever started us (`<&-`) are opened so that using them fails. Else
// the next file or socket would get their numbers, and be read as the input or written to as the output.
void claim_standard_descriptors();

// Raises the limit of open files as far as it goes, and gives it. Code::limit, with what to do, when that is
// less than `least`.
Result<std::uint64_t> raise_open_files(std::uint64_t least);

}  // namespace catacomb::cli
