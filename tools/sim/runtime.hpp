// SimRuntime: one simulated node's Runtime: its address, its own random stream, its part of virtual time.
// Made by SimWorld::start and owned by the world; a node that is restarted gets a new one at the same
// address.
#pragma once

#include <map>

#include "routing/runtime.hpp"
#include "tools/sim/connection.hpp"
#include "tools/sim/network.hpp"

namespace catacomb::sim {

// Who is where. Hosts that never started a node do not answer; hosts whose node died refuse.
using Hosts = std::map<Host, SimRuntime*>;

class SimRuntime final : public routing::Runtime, public Actor {
public:
    using Accepted = std::function<void(routing::StreamPtr)>;

    SimRuntime(Network& network, const Hosts& hosts, std::string name, const Host& address,
               std::unique_ptr<Rng> rng);

    const std::string& name() const { return name_; }
    const Host& address() const { return address_; }
    bool dead() const { return dead_; }
    void set_tap(routing::Tap* tap) { tap_ = tap; }
    // A clock that is wrong, by so much ahead of the world's. Before the node starts.
    void set_clock_ahead(Duration by) { clock_ahead_ = by; }

    Time now() const override { return network_.timeline().now() + clock_ahead_; }
    Rng& rng() override { return *rng_; }
    boost::asio::any_io_executor executor() override { return network_.timeline().executor(); }
    void connect(Endpoint to, std::function<void(Result<routing::StreamPtr>)> done) override;
    Result<routing::ListenerPtr> listen(Endpoint at, Accepted accepted) override;
    void run_on_worker(std::function<void()> work, std::function<void()> done) override;

    // The process dies: its streams are reset, its ports closed, and nothing it does from here on has an
    // effect outside it. Then close(), so that its tasks unwind.
    void kill();

private:
    friend class SimStream;
    friend class Dial;
    class PortHolder;

    void arm(Time when) override;
    void act(std::uint64_t generation) override;
    void adopt(std::uint64_t key, SimStream& stream) { streams_.emplace(key, &stream); }
    void disown(std::uint64_t key) { streams_.erase(key); }
    std::uint16_t free_port();

    Network& network_;
    const Hosts& hosts_;
    const std::string name_;
    const Host address_;
    std::unique_ptr<Rng> rng_;
    std::map<std::uint64_t, SimStream*> streams_;
    std::map<std::uint16_t, std::shared_ptr<Accepted>> ports_;
    std::uint64_t alarm_ = 0;  // the latest arm(); earlier ones are void
    std::uint16_t next_port_ = 0;
    Duration clock_ahead_{};
    bool dead_ = false;
};

}  // namespace catacomb::sim
