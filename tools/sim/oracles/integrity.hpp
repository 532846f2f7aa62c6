// Integrity: no flipped bit is ever returned (docs/testing.md, Oracles). Whatever a get delivered before it
// ended is the file's beginning, and all of the file when it claims success; what it could not verify it must
// not deliver.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace catacomb::sim {

// `delivered`: all that came out of a get of a file that went in as `inserted`; `succeeded`: what the get
// said in the end. A violation in words, or an empty string.
std::string integrity_violation(ByteView inserted, ByteView delivered, bool succeeded);

}  // namespace catacomb::sim
