// The daemon of the product with client circuits of one hop, so that the test that must notice this can be
// seen to.
#include "node/node.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/daemon.hpp"

namespace catacomb {
namespace {

struct OneHopNode : node::Node {
    OneHopNode(const node::Config& config, node::AsioRuntime& runtime) : Node(config, runtime, 1) {}
};

}  // namespace

int cli::host_node(const node::Config& config) { return run_daemon<OneHopNode>(config); }

}  // namespace catacomb
