// run_daemon: one node in the foreground: its data directory locked, its log opened, its API served, until
// SIGINT or SIGTERM; SIGHUP opens the log anew. The service manager hears when it serves and when it stops. A
// template over the node, so that the tests of the command line run the very same daemon around a node that
// stores nothing. Hosted is built from (const Config&, AsioRuntime&) and has start(), service() and close().
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "base/file.hpp"
#include "node/api/server.hpp"
#include "node/runtime/asio_runtime.hpp"
#include "node/runtime/service_manager.hpp"
#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {

// Keeps other nodes out as long as it is open. Code::busy when another process has it.
Result<File> lock_data_dir(const std::filesystem::path& data_dir);

// Whoever rotates logs has moved the file away. A terminal that was closed takes a node with it that writes
// there, as it takes other programs.
void on_hangup(const node::LogConfig& log);

template <class Hosted>
class Daemon {
public:
    explicit Daemon(const node::Config& config)
        : config_(config),
          runtime_({.dial_from = config.outgoing_address, .worker_threads = config.limits.worker_threads}),
          node_(config, runtime_) {}

    Result<> run() {
        const auto started = start();
        if (started) {
            log_info("daemon", "the API listens on ", api_->local().text());
            node::tell_service_manager("READY=1\nSTATUS=serving");
            signals_->async_wait([this](boost::system::error_code, int) { stop(); });
        } else {
            stop();
        }
        runtime_.run();
        return started;
    }

private:
    // The proofs of work of a first start take minutes.
    static constexpr auto kStarting = "EXTEND_TIMEOUT_USEC=1800000000\nSTATUS=starting";

    Result<> start() {
        hangups_.emplace(runtime_.context(), SIGHUP);
        watch_hangups();
        node::tell_service_manager(kStarting);
        if (auto node = node_.start(); !node) return node;
        // Not before: that can take minutes (proofs of work), in which nobody would look at a signal.
        signals_.emplace(runtime_.context(), SIGINT, SIGTERM);
        node::api::ApiOptions options;
        options.listen.port = config_.api.port;
        options.data_dir = config_.data_dir;
        options.limits = config_.api;
        api_.emplace(runtime_, node_.service(), std::move(options));
        return api_->start();
    }
    void watch_hangups() {
        hangups_->async_wait([this](boost::system::error_code failure, int) {
            if (failure) return;
            on_hangup(config_.log);
            watch_hangups();
        });
    }
    void stop() {
        log_info("daemon", "stopping");
        node::tell_service_manager("STOPPING=1");
        hangups_.reset();
        runtime_.close();
        boost::asio::co_spawn(runtime_.executor(), wind_down(), [this](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
            runtime_.stop();
        });
    }
    routing::Task<> wind_down() {
        if (api_) co_await api_->close();
        co_await node_.close();
    }

    const node::Config config_;
    node::AsioRuntime runtime_;
    Hosted node_;
    std::optional<node::api::ApiServer> api_;
    std::optional<boost::asio::signal_set> signals_, hangups_;
};

// The exit code.
template <class Hosted>
int run_daemon(const node::Config& config) {
    const Options options{config.data_dir, false};
    const auto lock = lock_data_dir(config.data_dir);
    if (!lock) return fail(options, lock.error());
    // Whoever reads the log may be gone before us.
    std::signal(SIGPIPE, SIG_IGN);
    Daemon<Hosted> daemon(config);
    const auto ran = daemon.run();
    return ran ? 0 : fail(options, ran.error());
}

}  // namespace catacomb::cli
