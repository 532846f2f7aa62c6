// Bounds: nothing in a node grows beyond its named maximum, whatever its peers do (docs/testing.md, Oracles):
// links, circuits, what waits to leave them. Asked at any time, of any node.
#pragma once

#include <string>

#include "node/core.hpp"

namespace catacomb::sim {

// The first maximum that the node exceeds, in words, or an empty string.
std::string bounds_violation(node::NodeCore& node);

// Bytes in transit through the node (routing::Holdings).
std::size_t bytes_waiting(node::NodeCore& node);

}  // namespace catacomb::sim
