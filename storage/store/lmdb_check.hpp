// The look at an LMDB 0.9 data file before it is opened (docs/spec/store.md 1): LMDB maps the file and trusts
// it, so a flipped bit in one of its own pages may kill the process, hang it, or have it overwrite good data.
#pragma once

#include <string>

#include "base/result.hpp"

namespace catacomb::storage {

// Both heads against the file's length; then, of the newer one, every page of every tree: form, order of the
// keys, depth, and that no page is used twice or both used and free. Reads the pages of the trees,
// not those of blocks; takes one bit of memory per page of the file. A missing or empty file is fine.
// Code::corrupt, Code::io.
Result<> check_data_file(const std::string& path);

}  // namespace catacomb::storage
