// LiveApi: a real API server on a loopback port around a FakeService, running on a thread of its own, for
// tests that are its clients. Stops and checks that everything wound down when it is destroyed.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "node/api/local_socket.hpp"
#include "node/api/server.hpp"
#include "node/runtime/asio_runtime.hpp"
#include "tests/support/fake_service.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::tests {

class LiveApi {
public:
    explicit LiveApi(node::ApiConfig limits = {}, std::filesystem::path dir = {})
        : dir_(dir.empty() ? scratch_.path() : dir),
          service_(runtime_),
          server_(runtime_, service_, options(dir_, limits)) {
        CHECK(server_.start().has_value());
        thread_ = std::thread([this] { runtime_.run(); });
    }
    const std::filesystem::path& dir() const { return dir_; }
    std::filesystem::path socket() const { return dir_ / node::api::kSocketFile; }
    std::uint16_t port() const { return server_.local().port; }
    const std::string& token() const { return server_.token(); }

    // Runs `work` on the node's thread and gives what it gives.
    template <class Work>
    auto on_node(Work work) {
        std::promise<decltype(work())> promise;
        boost::asio::post(runtime_.executor(), [&] { promise.set_value(work()); });
        return promise.get_future().get();
    }
    // Only within on_node().
    FakeService& service() { return service_; }

    ~LiveApi() {
        on_node([this] {
            runtime_.close();
            boost::asio::co_spawn(runtime_.executor(), wind_down(),
                                  [this](std::exception_ptr) { runtime_.stop(); });
            return true;
        });
        thread_.join();
    }

private:
    static node::api::ApiOptions options(const std::filesystem::path& dir, const node::ApiConfig& limits) {
        node::api::ApiOptions out;
        out.data_dir = dir;
        out.limits = limits;
        return out;
    }
    node::Task<> wind_down() {
        co_await server_.close();
        co_await service_.close();
    }

    ScratchDir scratch_;
    const std::filesystem::path dir_;
    node::AsioRuntime runtime_;
    FakeService service_;
    node::api::ApiServer server_;
    std::thread thread_;
};

}  // namespace catacomb::tests
