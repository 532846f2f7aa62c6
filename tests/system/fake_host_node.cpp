// The daemon and the command line of the product around a node that keeps files in memory
// (tests/support/fake_service.hpp).
#include "tests/support/fake_service.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/daemon.hpp"

namespace catacomb {
namespace {

class FakeNode {
public:
    FakeNode(const node::Config&, node::AsioRuntime& runtime) : service_(runtime) {
        service_.stalled = std::getenv("CATACOMB_FAKE_STALLED") != nullptr;
    }
    Result<> start() { return ok(); }
    node::Service& service() { return service_; }
    node::Task<> close() { return service_.close(); }

private:
    tests::FakeService service_;
};

}  // namespace

int cli::host_node(const node::Config& config) { return run_daemon<FakeNode>(config); }

}  // namespace catacomb
