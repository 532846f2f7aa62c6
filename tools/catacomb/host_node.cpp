#include "node/node.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/daemon.hpp"

namespace catacomb::cli {

int host_node(const node::Config& config) { return run_daemon<node::Node>(config); }

}  // namespace catacomb::cli
