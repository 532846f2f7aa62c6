// The daemon and the command line of the product around a node that keeps files in memory
// (tests/support/fake_service.hpp). As long as the file that CATACOMB_FAKE_STALLED names is there, jobs do
// not move.
#include "tests/support/fake_service.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/daemon.hpp"

namespace catacomb {
namespace {

class FakeNode {
public:
    FakeNode(const node::Config& config, node::AsioRuntime& runtime)
        : runtime_(runtime), service_(runtime), tasks_(runtime) {
        service_.most_jobs = config.limits.jobs;
    }
    Result<> start() {
        if (const char* file = std::getenv("CATACOMB_FAKE_STALLED")) {
            service_.stalled = true;
            tasks_.spawn(watch(file));
        }
        return ok();
    }
    node::Service& service() { return service_; }
    node::Task<> close() {
        co_await service_.close();
        co_await tasks_.drained();
    }

private:
    node::Task<> watch(std::filesystem::path file) {
        for (bool open = true; open;) {
            service_.stalled = std::filesystem::exists(file);
            open = co_await routing::sleep_for(runtime_, milliseconds(10));
        }
    }

    node::AsioRuntime& runtime_;
    tests::FakeService service_;
    routing::TaskSet tasks_;
};

}  // namespace

int cli::host_node(const node::Config& config) { return run_daemon<FakeNode>(config); }

}  // namespace catacomb
