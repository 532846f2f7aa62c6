// AsioRuntime: the real world behind the Runtime seam. TCP over one io_context (epoll), the machine's clock,
// the operating system's randomness, and a pool of worker threads. run() is the one thread of all protocol
// state; only stop() may be called from elsewhere. Whoever owns it destroys streams, listeners and tasks
// before it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>

#include "crypto/random.hpp"
#include "routing/runtime.hpp"

namespace catacomb::node {

class AsioRuntime final : public routing::Runtime {
public:
    struct Options {
        // Outgoing connections come from this address (its port does not count). None: the system chooses.
        std::optional<routing::Endpoint> dial_from{};
        unsigned worker_threads = 2;
    };

    AsioRuntime() : AsioRuntime(Options{}) {}
    explicit AsioRuntime(Options options);
    ~AsioRuntime() override;

    // Runs until stop(); what throws in a callback or a task comes out here.
    void run();
    void stop();  // from any thread
    // For what is not protocol: the HTTP server, signals.
    boost::asio::io_context& context() { return context_; }

    Time now() const override;
    Rng& rng() override { return rng_; }
    boost::asio::any_io_executor executor() override { return context_.get_executor(); }
    // Code::unreachable with the system's reason, after about half a minute at most.
    void connect(routing::Endpoint to, std::function<void(Result<routing::StreamPtr>)> done) override;
    // Code::io with the endpoint and the system's reason (in use, not ours, not permitted).
    Result<routing::ListenerPtr> listen(routing::Endpoint at,
                                        std::function<void(routing::StreamPtr)> accepted) override;
    void run_on_worker(std::function<void()> work, std::function<void()> done) override;

protected:
    void arm(Time when) override;

private:
    boost::system::error_code prepare(boost::asio::ip::tcp::socket& socket,
                                      const routing::Endpoint& to) const;

    const Options options_;
    // From the start of the machine to the epoch, as the clock said at our start.
    const Duration clock_offset_;
    crypto::SystemRng rng_;
    boost::asio::io_context context_;
    boost::asio::steady_timer timer_;
    boost::asio::thread_pool workers_;  // after context_: jobs it drops hold tasks that unwind there
};

}  // namespace catacomb::node
